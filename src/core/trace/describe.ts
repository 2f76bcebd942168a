import { changeCommand } from './change-command';
import { socketOf } from './socket-text';
import { likeliest } from './likeliest';
import type { Leg, NameResolution, Outcome, Step, TraceResult } from './result';

/** A trace in plain text, line by line: the answer, the outcomes, and the steps of the likeliest. */
export function* describe(result: TraceResult): Generator<string> {
  yield result.answer;
  if (result.resolution) yield* describeResolution(result.resolution);
  for (const note of result.notSimulated) yield `not simulated: ${note.text}`;
  // The steps are told of one outcome; --json has them all.
  const main = likeliest(result);
  for (const [at, outcome] of result.outcomes.entries()) {
    yield '';
    yield* describeOutcome(outcome, result.outcomes.length > 1 ? `Outcome ${at + 1}: ` : '', outcome === main);
  }
  if (result.assumed.length > 0) yield '';
  for (const note of result.assumed) yield `assumed: ${note.text}`;
}

function* describeResolution({ name, address, source, ...rest }: NameResolution): Generator<string> {
  const { search, ndots, asked, servers, libraries } = rest;
  const where = source ? `${source.node} ${source.output}` : 'no resolv.conf was collected: as kubelet gives a pod';
  yield `name: ${name} is ${address} (${where}; search ${search.join(' ')}; ndots ${ndots})`;
  for (const one of asked) yield `  asked for ${one.name}: ${one.address ?? 'no such service'}`;
  for (const one of servers)
    yield `  name server ${one.address}${one.cluster ? '' : " (not the cluster's)"}: ${one.trace?.answer ?? 'cannot be traced'}`;
  yield `  glibc: ${libraries.glibc}`;
  yield `  musl: ${libraries.musl}`;
}

function* describeOutcome(outcome: Outcome, title: string, withSteps: boolean): Generator<string> {
  const share = outcome.probability < 1 ? ` (${Math.round(outcome.probability * 1000) / 10} %)` : '';
  yield `${title}${outcome.verdict}${share}`;
  for (const one of outcome.assumptions) yield `  if ${one.text}`;
  for (const one of outcome.supportedBy) yield `  supported by ${one.text} (${one.node} ${one.output}:${one.line})`;
  for (const finding of outcome.findings) {
    yield `  ${finding.severity}: ${finding.message}`;
    if (finding.fix) {
      yield `    fix: ${finding.fix.title}`;
      for (const change of finding.fix.changes) yield `      on ${change.node}: ${changeCommand(change)}`;
      if (finding.fix.effect) yield `      then: ${finding.fix.effect.text}`;
    }
  }
  if (!withSteps) return;
  yield* describeLeg('request', outcome.request);
  if (outcome.reply) yield* describeLeg('reply', outcome.reply);
  if (outcome.ack && outcome.verdict !== 'connected') yield* describeLeg('third packet', outcome.ack);
}

function* describeLeg(name: string, leg: Leg): Generator<string> {
  yield `  ${name}: ${leg.verdict}${leg.reason === null ? '' : `: ${leg.reason}`}`;
  for (const step of leg.steps) yield* describeStep(step, '    ');
}

function* describeStep(step: Step, indent: string): Generator<string> {
  const place = [
    `${step.node}${step.namespace === 'host' ? '' : `/${step.namespace}`}`,
    step.hook,
    step.table,
    step.chain,
  ]
    .filter((part, at, all) => part !== null && part !== all[at - 1])
    .join(' ');
  const rule = step.rule === null ? '' : ` #${step.rule}`;
  const packet = step.packet;
  const seen = `${socketOf(packet.src, packet.sport)} > ${socketOf(packet.dst, packet.dport)}${packet.mark === 0 ? '' : ` mark 0x${packet.mark.toString(16)}`}`;
  yield `${indent}${step.kind.padEnd(9)} ${place}${rule}: ${step.text}${step.text === '' ? '' : ' → '}${step.effect}  [${seen}]`;
  for (const outer of step.outer ?? []) yield* describeStep(outer, `${indent}  | `);
}

/** The same for an issue or a chat: what was found as a list, the steps in a block. */
export function markdown(result: TraceResult): string {
  const main = likeliest(result);
  const findings = main?.findings ?? [];
  const text = [...describe(result)].join('\n');
  // Longer than any that a comment of a rule may hold (CommonMark, fenced code blocks).
  const fence = '`'.repeat(Math.max(3, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length + 1)));
  const quoted = (plain: string): string => plain.replace(/[\\`*_[\]<>#|]/g, '\\$&');
  return [
    `**${quoted(result.answer)}**`,
    '',
    ...findings.map(({ message }) => `- ${quoted(message)}`),
    ...(findings.length > 0 ? [''] : []),
    `${fence}text`,
    text,
    fence,
    '',
  ].join('\n');
}
