/*
 * Setups are full of ip's commands, and networks full of setups: to start a program for each would take most of a test's
 * time. What stands together goes into one.
 */

/** A command of ip's that the shell has nothing to do with. */
const PLAIN = /^ip (-6 )?(?!netns)([\w .:/@+,-]+)$/;

/** A shell script, with ip's commands in batches: of one that fails, those after it are not run. */
export function inBatches(script: string): string {
  return grouped(script.split('\n'), (line) => PLAIN.exec(line)?.slice(1))
    .map(({ key, lines }) => (key === undefined ? lines.join('\n') : batch(`ip ${key}-batch -`, lines)))
    .join('\n');
}

/** Lines of which each may fail. */
export function tried(lines: readonly string[]): string {
  const parts = (line: string): string[] | undefined => {
    const plain = PLAIN.exec(line);
    if (plain) return [`ip ${plain[1] ?? ''}-force -batch -`, plain[2] ?? ''];
    const set = /^ipset (.*)$/.exec(line);
    if (set) return ['ipset -exist restore', set[1] ?? ''];
    const setting = /^sysctl -qw (\S+\/\S+)=(\S+)$/.exec(line);
    return setting ? ['', `echo ${setting[2] ?? ''} >/proc/sys/${setting[1] ?? ''} || true`] : undefined;
  };
  return grouped(lines, parts)
    .map(({ key, lines: together }) => {
      if (key === undefined) return together.map((line) => `${line} || true`).join('\n');
      return key === '' ? together.join('\n') : batch(key, together, ' || true');
    })
    .map((part) => `{ ${part}\n} 2>/dev/null`)
    .join('\n');
}

function batch(command: string, lines: readonly string[], otherwise = ''): string {
  return `${command} <<'END'${otherwise}\n${lines.join('\n')}\nEND`;
}

/** One script in each of several namespaces, all at the same time; fails with any. */
export function together(scripts: readonly (readonly [namespace: string, script: string])[]): string {
  const parts = scripts.map(
    ([namespace, script]) =>
      `nsenter --net=/run/netns/${namespace} sh -eu <<'SPACE' &\n${script}\nSPACE\nall="$all $!"\n`,
  );
  return `all=\n${parts.join('')}for one in $all; do wait $one; done\n`;
}

interface Group {
  /** Undefined for lines that stand for themselves. */
  readonly key: string | undefined;
  readonly lines: string[];
}

/** Neighbouring lines with the same key. `parts`: the key, and what is left of the line. */
function grouped(
  lines: readonly string[],
  parts: (line: string) => readonly (string | undefined)[] | undefined,
): Group[] {
  const groups: Group[] = [];
  for (const line of lines) {
    const found = parts(line);
    const key = found && (found[0] ?? '');
    const last = groups.at(-1);
    if (last && last.key === key) last.lines.push(found?.[1] ?? line);
    else groups.push({ key, lines: [found?.[1] ?? line] });
  }
  return groups;
}
