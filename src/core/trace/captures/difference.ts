import { TCP, protocolName } from '../../net/protocol';
import type { Laid } from './laid';
import type { Difference, MarkedSighting, Unpredicted } from './laid-over';
import { LEGS } from './match';

/** The first in the order of the packets' way that was predicted and not seen, or seen and not predicted. */
export function firstDifference(
  sightings: readonly MarkedSighting[],
  more: readonly Unpredicted[],
  laid: readonly Laid[],
): Difference | null {
  const missed = sightings.find(({ mark }) => mark === 'not-seen');
  const order = ({ leg }: Unpredicted): number => LEGS.indexOf(leg === 'refusal' ? 'reply' : leg);
  const [extra] = [...more].sort((a, b) => order(a) - order(b));
  // A refusal is why its leg is missed.
  const before = (one: MarkedSighting, other: Unpredicted): boolean =>
    LEGS.indexOf(one.leg) < order(other) + (other.leg === 'refusal' ? 0 : 1);
  if (missed && (!extra || before(missed, extra))) return notSeen(missed);
  return extra ? notPredicted(extra, laid) : null;
}

function notSeen({ leg, sighting }: MarkedSighting): Difference {
  const { node, namespace, interface: device, direction, packet, outer } = sighting;
  const what = packet.proto === protocolName(TCP) && !outer ? NAMES[leg] : `${leg}${outer ? "'s outer packet" : ''}`;
  const place = placeOf(node ?? '', namespace ?? '', device);
  const preposition = direction === 'in' ? 'comes in on' : 'leaves by';
  return {
    kind: 'not-seen',
    node: node ?? '',
    namespace: namespace ?? '',
    interface: device,
    text: `no ${what} ${preposition} ${place}`,
  };
}

const NAMES = { request: 'SYN', reply: 'SYN+ACK', ack: 'ACK', data: 'data' } as const;

function notPredicted({ capture: index, text, packet }: Unpredicted, laid: readonly Laid[]): Difference | null {
  const one = laid[index];
  if (!one) return null;
  const { node, namespace, interface: device, packets } = one.capture;
  const where = device ?? packets.find(({ number }) => number === packet)?.interface ?? null;
  const seen = `${text} is seen on ${placeOf(node, namespace, where)} (packet ${packet} of ${one.capture.title})`;
  return { kind: 'unpredicted', node, namespace, interface: where, text: seen };
}

export function placeOf(node: string, namespace: string, device: string | null): string {
  return `${device ?? 'an interface'} of ${namespace === 'host' ? node : `${node}/${namespace}`}`;
}
