import { type Audit, audit, type Pair } from '../core/audit/audit';
import { readCluster } from './files';

const SHORT: Readonly<Record<Pair['verdict'], string>> = {
  connected: 'ok',
  'no-reply': 'no reply',
  dropped: 'dropped',
  rejected: 'rejected',
  unroutable: 'no way',
  loop: 'loop',
  undetermined: 'unknown',
  depends: 'depends',
};

/** `hoplens audit SNAPSHOT`: 0 when every service is reached from everywhere. */
export function runAudit(file: string, json: boolean, print: (line: string) => void): number {
  const result = audit(readCluster(file));
  if (json) print(JSON.stringify(result, null, 2));
  else for (const line of describe(result)) print(line);
  return result.pairs.every(({ verdict }) => verdict === 'connected') ? 0 : 1;
}

function* describe({ pairs, causes }: Audit): Generator<string> {
  if (pairs.length === 0) {
    yield 'There is nothing to audit: the snapshot has no services.';
    return;
  }
  yield* matrix(pairs);
  for (const { title, fix, pairs: at } of causes) {
    yield '';
    yield `${title.charAt(0).toUpperCase()}${title.slice(1)}:`;
    for (const index of at) {
      const pair = pairs[index];
      if (pair)
        yield `  ${pair.verdict === 'depends' ? 'possibly ' : ''}${pair.from} → ${pair.service} (${pair.to}/${pair.protocol})`;
    }
    if (fix !== null) yield `  fix: ${fix}`;
  }
}

/** A line for each origin, a column for each service port. */
function* matrix(pairs: readonly Pair[]): Generator<string> {
  const origins = [...new Set(pairs.map(({ from }) => from))];
  const target = ({ service, to, protocol }: Pair): string => `${service} ${to}/${protocol}`;
  const targets = [...new Set(pairs.map(target))];
  const first = Math.max(...origins.map((origin) => origin.length));
  for (const [at, title] of targets.entries()) yield `${' '.repeat(first)}  ${'│ '.repeat(at)}┌ ${title}`;
  for (const origin of origins) {
    const cells = targets.map((title) => pairs.find((pair) => pair.from === origin && target(pair) === title));
    yield `${origin.padEnd(first)}  ${cells.map((pair) => (pair ? SHORT[pair.verdict] : '–').padEnd(9)).join(' ')}`;
  }
}
