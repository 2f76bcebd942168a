/** How often something was met. */
interface Row {
  readonly group: string;
  readonly name: string;
  readonly inert: boolean;
  /** Networks that have it. */
  networks: number;
  /** Packets that met it. */
  met: number;
  /** Packets over which it decided. */
  decided: number;
}

const CAPTION = `
networks: those that have it. met: packets for which a rule with it was asked; that passed a node with it, or took such a way.
decided: without it (a rule that does not ask it, or rules with it taken away; another setting; no such route) the tracer
says of this packet another verdict or another way, which are the kernel's as they are. What cannot decide has no number.`;

/** What a series should meet, and how often it has. */
export class Table {
  private readonly rows = new Map<string, Row>();
  private readonly drawn = new Set<string>();
  private readonly taken = new Set<string>();

  expect(group: string, name: string, inert = false): void {
    if (!this.rows.has(`${group} ${name}`))
      this.rows.set(`${group} ${name}`, { group, name, inert, networks: 0, met: 0, decided: 0 });
  }

  row(group: string, name: string): Row {
    return this.of(`${group} ${name}`);
  }

  private of(key: string): Row {
    const row = this.rows.get(key);
    if (!row) throw new Error(`nobody expects "${key}"`);
    return row;
  }

  isInert(key: string): boolean {
    return this.of(key).inert;
  }

  met(key: string): void {
    this.of(key).met++;
  }

  decides(key: string): void {
    this.of(key).decided++;
  }

  /** For what decides wherever it is met. */
  decided(key: string): void {
    this.met(key);
    this.decides(key);
  }

  /** @param lines rules as they were drawn; `taken`: as the kernel has them */
  occurred(lines: readonly string[], taken: readonly string[]): void {
    for (const line of lines) for (const token of tokensOf(line)) this.drawn.add(token);
    for (const line of taken) for (const token of tokensOf(line)) this.taken.add(token);
  }

  /** Drawn, and never there: the kernel of this machine has it not. */
  private isRefused({ name }: Row): boolean {
    const token = name.startsWith('-') ? name : `-j ${name}`;
    return this.drawn.has(token) && !this.taken.has(token);
  }

  /** What was not met at all. */
  get missing(): string[] {
    return this.namesOf((row) => row.met === 0);
  }

  private namesOf(test: (row: Row) => boolean): string[] {
    return [...this.rows.values()]
      .filter((row) => test(row) && !this.isRefused(row))
      .map(({ group, name }) => `${group}: ${name}`);
  }

  toString(): string {
    const lines: string[] = [CAPTION, columns('', 'networks', 'met', 'decided')];
    let group = '';
    for (const row of this.rows.values()) {
      if (row.group !== group) lines.push((group = row.group));
      const { name, inert, networks, met, decided } = row;
      lines.push(
        this.isRefused(row)
          ? `  ${name.padEnd(44)} refused by this kernel`
          : columns(
              `  ${name}`,
              networks === 0 && met > 0 ? '' : String(networks),
              String(met),
              inert ? '' : String(decided),
            ),
      );
    }
    return lines.join('\n');
  }
}

function columns(name: string, ...numbers: readonly string[]): string {
  return name.padEnd(46) + numbers.map((number) => number.padStart(9)).join('');
}

/** `-m recent`, `-m recent --set`, `-j DROP`: modules and targets of a rule, alone and with each of their options. */
function tokensOf(line: string): string[] {
  return line.split(/ (?=-[mjg] )/).flatMap((part) => {
    const name = /^-[mjg] \S+/.exec(part)?.[0];
    return name === undefined ? [] : [name, ...[...part.matchAll(/ (--[\w-]+)/g)].map(([option]) => name + option)];
  });
}
