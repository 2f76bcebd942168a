import { type Address, parseAddress, sameAddress } from '../net/address';
import { TCP } from '../net/protocol';
import { type CapturedPacket, capturedInterface, readTcpdump } from '../capture/tcpdump';
import type { Cluster } from '../snapshot/cluster';
import type { NetworkNamespace } from '../snapshot/namespace';
import type { Origin, Target } from './endpoint';
import type { Leg, Observation, Outcome, PacketRecord, Sighting } from './result';

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

/** What was captured on an interface, as far as it can belong to this trace. */
function captures(cluster: Cluster, outcomes: readonly Outcome[]): Evidence[] {
  return cluster.namespaces.flatMap((namespace) =>
    Object.entries(namespace.record.outputs).flatMap(([id, output]) => {
      if (!id.startsWith('tcpdump')) return [];
      const device = capturedInterface(output.command);
      const packets = readTcpdump(output.stdout).filter((packet) => packet.proto === TCP);
      const ours = packets.filter((packet) => outcomes.some((outcome) => predicts(outcome, namespace, device, packet)));
      const first = ours[0];
      return first ? [captureEvidence(namespace, id, device, ours, first)] : [];
    }),
  );
}

function captureEvidence(
  namespace: NetworkNamespace,
  id: string,
  device: string | undefined,
  packets: readonly CapturedPacket[],
  first: CapturedPacket,
): Evidence {
  const answered = packets.some((packet) => packet.flags === 'S.');
  const repeated = packets.some(
    (packet, at) =>
      packet.flags === 'S' &&
      packets.slice(0, at).some((before) => before.sequence === packet.sequence && before.sport === packet.sport),
  );
  const completed = packets.some((packet) => packet.flags === '.' || packet.flags === 'P.');
  const kinds = [...new Set(packets.map((packet) => flagWords(packet.flags)))].join(', ');
  const text = `${kinds} seen on ${device ?? 'any interface'} of ${namespace.node}${repeated && !completed ? ', the SYN repeated' : ''}`;
  return {
    observation: { node: namespace.node, namespace: namespace.name, output: id, line: first.line, text },
    judge: (outcome) => {
      if (packets.some((packet) => !predicts(outcome, namespace, device, packet))) return 'contradicts';
      // A SYN that is sent again although its answer came back: the connection was not made.
      if (answered && repeated && !completed && outcome.verdict === 'connected') return 'contradicts';
      return 'agrees';
    },
  };
}

function flagWords(flags: string | undefined): string {
  return { S: 'SYN', 'S.': 'SYN+ACK', '.': 'ACK', R: 'RST', 'R.': 'RST' }[flags ?? ''] ?? flags ?? 'packet';
}

/** Whether the outcome shows such a packet there. Source ports are ephemeral, and are not compared. */
function predicts(
  outcome: Outcome,
  namespace: NetworkNamespace,
  device: string | undefined,
  packet: CapturedPacket,
): boolean {
  const legs: (readonly [Leg | null, string])[] = [
    [outcome.request, 'S'],
    [outcome.reply, 'S.'],
    [outcome.ack, '.'],
  ];
  return legs.some(
    ([leg, flags]) =>
      leg !== null &&
      packet.flags === flags &&
      leg.captures.some((sighting) => isAt(sighting, namespace, device) && isLike(sighting.packet, packet)),
  );
}

function isAt(sighting: Sighting, namespace: NetworkNamespace, device: string | undefined): boolean {
  return (
    !sighting.outer &&
    sighting.node === namespace.node &&
    sighting.namespace === namespace.name &&
    (device === undefined || sighting.interface === device)
  );
}

function isLike(predicted: PacketRecord, seen: CapturedPacket): boolean {
  const server =
    seen.flags === 'S.' ? predicted.sport === (seen.sport ?? null) : predicted.dport === (seen.dport ?? null);
  return server && isText(seen.src, predicted.src) && isText(seen.dst, predicted.dst);
}
