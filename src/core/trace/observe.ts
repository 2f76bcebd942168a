import { type Address, parseAddress, sameAddress } from '../net/address';
import type { CapturedPacket } from '../capture/packet';
import { capturedInterface, readTcpdump } from '../capture/tcpdump';
import type { Cluster } from '../snapshot/cluster';
import { captureOf } from './captures/capture-of';
import type { LaidOverOutcome } from './captures/laid-over';
import { layOver } from './captures/lay-over';
import { flagWords } from './captures/unpredicted';
import type { Origin, Target } from './endpoint';
import type { Observation, Outcome } from './result';

/** What an observation says of an outcome. */
type Judgement = 'agrees' | 'contradicts' | 'silent';

/** Something seen on the cluster that can be held against a prediction. */
interface Evidence {
  readonly observation: Observation;
  judge(outcome: Outcome): Judgement;
}

/**
 * Marks the outcome that what was seen on the cluster supports: captures (outputs `tcpdump-…`) and attempts (outputs
 * `curl-…`) that agree with it, where every other outcome is contradicted by one of them.
 */
export function markSupported(
  cluster: Cluster,
  origin: Origin,
  target: Target,
  outcomes: readonly Outcome[],
): Outcome[] {
  const evidence = [...captures(cluster, outcomes), ...attempts(origin, target)];
  const standing = outcomes.filter(
    (outcome) =>
      evidence.some((one) => one.judge(outcome) === 'agrees') &&
      !evidence.some((one) => one.judge(outcome) === 'contradicts'),
  );
  const [supported, ...rest] = standing;
  if (!supported || rest.length > 0) return [...outcomes];
  return outcomes.map((outcome) => {
    if (outcome !== supported) return outcome;
    const supportedBy = evidence.filter((one) => one.judge(outcome) === 'agrees').map((one) => one.observation);
    return { ...outcome, supportedBy };
  });
}

/** `curl ADDRESS` run where the trace starts, against what it goes to. */
function attempts(origin: Origin, target: Target): Evidence[] {
  if (origin.kind !== 'namespace') return [];
  const { namespace } = origin;
  return Object.entries(namespace.record.outputs).flatMap(([id, output]) => {
    const aim = id.startsWith('curl') ? curlTarget(output.command) : undefined;
    if (!aim || aim.port !== target.port || (aim.host !== target.name && !isText(target.address, aim.host))) return [];
    const worked = output.exitCode === 0;
    const text = `${output.command} ${worked ? 'was answered' : 'was not answered'}`;
    return [
      {
        observation: { node: namespace.node, namespace: namespace.name, output: id, line: 1, text },
        judge: (outcome: Outcome): Judgement =>
          (outcome.verdict === 'connected') === worked ? 'agrees' : 'contradicts',
      },
    ];
  });
}

function isText(address: Address, text: string): boolean {
  return sameAddress(address, parseAddress(text));
}

/** What a `curl` command asks: the host of its URL, and the port. */
export function curlTarget(command: string): { host: string; port: number } | undefined {
  const [program, ...words] = command.trim().split(/\s+/);
  if (program !== 'curl') return undefined;
  const url = words.find((word, at) => !word.startsWith('-') && !WITH_VALUE.test(words[at - 1] ?? ''));
  const parts = /^["']?(?:(https?):\/\/)?(\[[^\]]+\]|[^\s/:?#"']+)(?::(\d+))?/.exec(url ?? '');
  if (!parts) return undefined;
  const host = (parts[2] ?? '').replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(parts[3] ?? (parts[1] === 'https' ? 443 : 80)) };
}

/** Options of curl(1) whose value is the next word. */
const WITH_VALUE =
  /^(-[a-zA-Z]*[AbcCdDeEFHKmoPQrtTuUwxXyYz]|--(max-time|connect-timeout|output|header|request|data|user|write-out|resolve|retry|interface|cacert|cert|key|proxy|user-agent))$/;

/** What was captured on an interface, as far as some outcome shows such packets there. */
function captures(cluster: Cluster, outcomes: readonly Outcome[]): Evidence[] {
  return cluster.namespaces.flatMap((namespace) =>
    Object.entries(namespace.record.outputs).flatMap(([id, output]) => {
      if (!id.startsWith('tcpdump')) return [];
      const device = capturedInterface(output.command);
      const read = { packets: readTcpdump(output.stdout), problem: undefined };
      const capture = captureOf(namespace, device, id, read);
      const laid = layOver({ outcomes }, [capture]).outcomes;
      const seen = [...new Set(laid.flatMap(seenIn))].sort((a, b) => a - b);
      const packets = seen.flatMap((number) => capture.packets.filter((packet) => packet.number === number));
      const [first] = packets;
      if (!first) return [];
      const text = `${seenText(packets, capture.packets)} seen on ${device ?? 'any interface'} of ${namespace.node}`;
      const observation = { node: namespace.node, namespace: namespace.name, output: id, line: first.number, text };
      return [{ observation, judge: (outcome: Outcome) => judgement(laid[outcomes.indexOf(outcome)], laid) }];
    }),
  );
}

/** The packets, not those of a tunnel, that are where the outcome shows them. */
function seenIn({ sightings }: LaidOverOutcome): number[] {
  return sightings.flatMap(({ sighting, at }) => (at && !sighting.outer ? [at.packet] : []));
}

/** What no outcome shows speaks against none: other things may have been tried, too. */
function judgement(one: LaidOverOutcome | undefined, all: readonly LaidOverOutcome[]): Judgement {
  if (!one) return 'silent';
  const foreign = ({ packet }: { packet: number }): boolean =>
    all.every(({ unpredicted }) => unpredicted.some((other) => other.packet === packet));
  const missed = one.sightings.some(({ mark }) => mark === 'not-seen');
  if (missed || one.unpredicted.some((packet) => !foreign(packet))) return 'contradicts';
  return seenIn(one).length > 0 ? 'agrees' : 'silent';
}

function seenText(seen: readonly CapturedPacket[], all: readonly CapturedPacket[]): string {
  const kinds = [...new Set(seen.map(({ flags }) => (flags === undefined ? 'packet' : flagWords(flags))))];
  const opening = seen.find(({ flags }) => flags === 'S');
  const repeated = all.some(
    (packet) => packet.number !== opening?.number && packet.flags === 'S' && packet.sequence === opening?.sequence,
  );
  return `${kinds.join(', ')}${repeated && !kinds.includes('ACK') ? ' (the SYN repeated)' : ''}`;
}
