import { plural } from '../core/outline/item';
import type { Attempt, RootAccess } from './batch/batch';
import { lastLine, outputOf, type ReadOutput } from './output';
import { HOST, type PlannedProbe } from './plan';

/** What a node may be asked for. */
export interface Limits {
  /** For each command. */
  readonly milliseconds: number;
  /** For what each command prints. */
  readonly maxBytes: number;
  /** For the namespaces on a node, beside its own. */
  readonly namespaces: number;
}

/** A probe that did not tell what it should. */
export interface Shortcoming {
  readonly namespace: string;
  readonly probe: string;
  readonly why: 'failed' | 'needs root' | 'took too long' | 'printed too much';
  /** What the command said; where root is needed, what to do. */
  readonly text: string;
}

/** The same in sentences: what needs root needs it for one reason, and what is so everywhere is said once. */
export function gapsOf(shortcomings: readonly Shortcoming[]): string[] {
  const needRoot = shortcomings.filter(({ why }) => why === 'needs root');
  const [first] = needRoot;
  const others = new Map<string, string[]>();
  for (const { namespace, probe, why, text } of shortcomings) {
    if (why === 'needs root') continue;
    const words = `${probe}: ${text}`;
    others.set(words, [...(others.get(words) ?? []), namespace]);
  }
  return [
    ...(first ? [`${needRoot.map(({ probe }) => probe).join(', ')}: ${first.text}`] : []),
    ...[...others].map(([words, namespaces]) => `${placeOf(namespaces)}${words}`),
  ];
}

/** Nothing for the node itself. */
function placeOf(namespaces: readonly string[]): string {
  const [first = HOST] = namespaces;
  if (namespaces.length > 1) return `${first} and ${plural(namespaces.length - 1, 'other namespace')}, `;
  return first === HOST ? '' : `${first}, `;
}

export interface Circumstances {
  readonly root: RootAccess;
  readonly sudoSays: string;
  readonly limits: Limits;
}

/** What came of a probe; undefined where it was not come to, or where there is nothing to read on this node. */
export function resultOf(
  { namespace, probe, forms }: PlannedProbe,
  attempts: readonly Attempt[],
  { root, sudoSays, limits }: Circumstances,
): { readonly output: ReadOutput; readonly shortcoming: Shortcoming | undefined } | undefined {
  const attempt = best(attempts);
  if (!attempt || (probe.optional && attempts.every(isAbsent))) return undefined;
  const over =
    attempt.cut === 'time'
      ? `took more than ${limits.milliseconds / 1000} s`
      : `printed more than ${limits.maxBytes} bytes`;
  const output = outputOf(forms[attempts.indexOf(attempt)] ?? probe.argv, attempt, over);
  const short = (why: Shortcoming['why'], text: string): { output: ReadOutput; shortcoming: Shortcoming } => ({
    output,
    shortcoming: { namespace, probe: probe.id, why, text },
  });
  if (attempt.cut)
    return short(attempt.cut === 'time' ? 'took too long' : 'printed too much', `${output.command} ${over}.`);
  if (output.exitCode === 0 || output.stdout.trim() !== '') return { output, shortcoming: undefined };
  if (attempt.code === NOT_INSTALLED) return short('failed', `${probe.argv[0] ?? ''} is not installed.`);
  const said = lastLine(output.stderr) || `exit code ${output.exitCode}`;
  if (probe.needsRoot && (root === 'none' || root === 'some by sudo')) {
    const sudo = sudoSays === '' ? '' : ` (it says: ${lastLine(sudoSays)})`;
    return short(
      'needs root',
      `only root may read it; log in as root, or let sudo run commands without a password${sudo}.`,
    );
  }
  return short('failed', said);
}

/** The form that tells most. */
function best(attempts: readonly Attempt[]): Attempt | undefined {
  const whole = attempts.filter(({ cut }) => cut === undefined);
  return (
    whole.find(({ code }) => code === 0) ??
    whole.find(({ stdout }) => stdout.length > 0) ??
    attempts.find(({ code }) => code !== NOT_INSTALLED) ??
    attempts[0]
  );
}

const NOT_INSTALLED = 127;
/** In the words of the C locale: of cat, curl, etcdctl, kubectl and docker. */
const NOT_THERE = /no such file|refused|(?:failed|cannot|could ?n[o']t)(?: to)? connect|deadline exceeded/i;

function isAbsent({ code, stderr, stdout, cut }: Attempt): boolean {
  return !cut && stdout.length === 0 && code !== 0 && (code === NOT_INSTALLED || NOT_THERE.test(stderr.toString()));
}
