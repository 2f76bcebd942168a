import { isMap, isScalar, isSeq, type LineCounter, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Problem } from '../problem';
import { hostileIn } from './hostile';

/** A problem and the text that it is about: offsets into the file, the end excluded. */
export interface PlanProblem extends Problem {
  /** Counting from 1. */
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The problems of one file, in the order in which they are met. */
export class Problems {
  readonly all: PlanProblem[] = [];

  constructor(
    private readonly lines: LineCounter,
    private readonly length: number,
  ) {}

  add({ start, end }: Span, message: string, severity: Problem['severity'] = 'error'): void {
    const from = Math.min(start, this.length);
    const { line, col } = this.lines.linePos(from);
    this.all.push({
      severity,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      start: from,
      end: Math.max(end, from),
      message,
    });
  }
}

/** Where a node of the document stands, without the blank lines behind it. */
export function spanOf(node: Node | null | undefined, otherwise: Span): Span {
  const range = node?.range;
  return range ? { start: range[0], end: range[1] } : otherwise;
}

/** The fields of one mapping. Each is asked for once; what nobody asked for is a problem. */
export class Fields {
  private readonly pairs = new Map<string, Pair<Node, Node | null>>();
  private readonly asked = new Set<string>();

  constructor(
    readonly span: Span,
    private readonly problems: Problems,
    map: YAMLMap,
  ) {
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const { key } = pair;
      if (isScalar(key) && typeof key.value === 'string') this.pairs.set(key.value, pair);
      else problems.add(spanOf(key, span), 'a name is expected here');
    }
  }

  has(name: string): boolean {
    return this.pairs.has(name);
  }

  /** Where a field's value stands, or its name, or the mapping. */
  at(name: string): Span {
    const pair = this.pairs.get(name);
    return spanOf(pair?.value, spanOf(pair?.key, this.span));
  }

  problem(name: string, message: string): void {
    this.problems.add(this.at(name), message);
  }

  private take(name: string): Node | undefined {
    this.asked.add(name);
    return this.pairs.get(name)?.value ?? undefined;
  }

  /** A text of one line; a number or a truth value in its own spelling. */
  text(name: string): string | undefined {
    const text = this.anyText(name);
    const hostile = text === undefined ? undefined : hostileIn(text);
    if (hostile === undefined) return text;
    this.problem(name, hostile);
    return undefined;
  }

  /** A text that must be there. */
  required(name: string): string | undefined {
    const text = this.text(name);
    if (text !== undefined && text !== '') return text;
    const given = this.pairs.get(name)?.value;
    if (!this.has(name) || text === '' || given === null || (isScalar(given) && given.value === null))
      this.problem(name, `"${name}" is missing`);
    return undefined;
  }

  /** A text of any number of lines. */
  anyText(name: string): string | undefined {
    const node = this.take(name);
    if (!node || (isScalar(node) && node.value === null)) return undefined;
    if (!isScalar(node)) {
      this.problem(name, `"${name}" is a text`);
      return undefined;
    }
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }

  /** A text that the pattern describes; `what` says what it is. */
  matching(name: string, pattern: RegExp, what: string): string | undefined {
    const text = this.required(name);
    if (text === undefined) return undefined;
    if (pattern.test(text)) return text;
    this.problem(name, `"${text}" is not ${what}`);
    return undefined;
  }

  number(name: string, from: number, to: number, otherwise: number): number {
    const node = this.take(name);
    if (!node) return otherwise;
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
    this.problem(name, `"${name}" is a whole number from ${from} to ${to}`);
    return otherwise;
  }

  truth(name: string): boolean {
    const node = this.take(name);
    const value = isScalar(node) ? node.value : undefined;
    if (node && typeof value !== 'boolean') this.problem(name, `"${name}" is true or false`);
    return value === true;
  }

  choice<T extends string>(name: string, values: readonly T[], otherwise: T): T {
    const text = this.text(name);
    if (text === undefined) return otherwise;
    const chosen = values.find((value) => value === text);
    if (chosen === undefined) this.problem(name, `"${name}" is ${values.join(' or ')}`);
    return chosen ?? otherwise;
  }

  /** The fields of a mapping inside. */
  inner(name: string): Fields | undefined {
    const node = this.take(name);
    if (!isMap(node)) {
      this.problem(name, `"${name}" has fields of its own, one a line`);
      return undefined;
    }
    return new Fields(spanOf(node, this.span), this.problems, node);
  }

  /** A list, where there is one. */
  list(name: string): readonly Node[] | undefined {
    const node = this.take(name);
    if (!node) return undefined;
    if (!isSeq(node)) {
      this.problem(name, `"${name}" is a list`);
      return undefined;
    }
    return node.items as Node[];
  }

  /** A list of texts of one line. */
  texts(name: string): string[] | undefined {
    const items = this.list(name);
    if (!items) return undefined;
    const texts = items.map((item) => (isScalar(item) ? (item.source ?? String(item.value)) : undefined));
    const wrong = texts.findIndex((text) => text === undefined || text === '' || hostileIn(text) !== undefined);
    if (wrong < 0) return texts as string[];
    const text = texts[wrong];
    const span = spanOf(items[wrong], this.at(name));
    this.problems.add(
      span,
      (text !== undefined ? hostileIn(text) : undefined) ?? `"${name}" is a list of words, and none is empty`,
    );
    return undefined;
  }

  /** Values by name. */
  scalars(name: string): Record<string, string | number | boolean | null> | undefined {
    const fields = this.inner(name);
    if (!fields) return undefined;
    const entries: [string, string | number | boolean | null][] = [];
    for (const [key, pair] of fields.pairs) {
      const value = isScalar(pair.value) ? pair.value.value : pair.value === null ? null : undefined;
      const hostile = hostileIn(key) ?? (typeof value === 'string' ? hostileIn(value) : undefined);
      if (hostile !== undefined) fields.problem(key, hostile);
      else if (
        value !== null &&
        typeof value !== 'string' &&
        typeof value !== 'boolean' &&
        !(typeof value === 'number' && Number.isFinite(value))
      )
        fields.problem(key, `"${key}" is one value: a text, a number, true, false or null`);
      else entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  /** Reports the fields that nobody asked for. */
  finish(what: string): void {
    for (const [name, pair] of this.pairs)
      if (!this.asked.has(name)) {
        const known = [...this.asked].join(', ');
        this.problems.add(spanOf(pair.key, this.span), `"${name}" is not a field of ${what}; these are: ${known}`);
      }
  }
}
