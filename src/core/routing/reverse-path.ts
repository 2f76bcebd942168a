import type { Address } from '../net/address';
import type { Fib, FibAnswer } from './fib';
import type { Packet } from '../net/packet';

/** rp_filter as it applies: 0 off, 1 strict, 2 loose (Documentation/networking/ip-sysctl.rst). */
export type RpFilter = 0 | 1 | 2;

/** `IN_DEV_RPFILTER`: the greater of conf.all's and the interface's own value; undefined where one is not known. */
export function effectiveRpFilter(read: (name: string) => string | undefined, device: string): RpFilter | undefined {
  const values = ['all', device].map(read);
  if (values.includes(undefined)) return undefined;
  return values.includes('2') ? 2 : values.includes('1') ? 1 : 0;
}

/** What the check of a packet's source finds, before any setting is applied. */
export interface ReversePath {
  /** The lookup of the way back to the source. */
  readonly back: FibAnswer;
  /** Settings under which the packet is dropped, with the reason. */
  readonly drops: readonly RpFilter[];
  readonly reason: string;
}

export interface ReversePathInput {
  readonly fib: Fib;
  readonly packet: Packet;
  /** The interface that the packet came in on. */
  readonly device: string;
  readonly deviceHasAddress: boolean;
  readonly acceptLocal: boolean;
  /** Whether the lookup takes the packet's mark (src_valid_mark). */
  readonly useMark: boolean;
  readonly dst: Address;
  /** Whether the lookup takes the packet's ports, and over IPv4 its protocol. Default: yes. */
  readonly ports?: boolean;
  /** The interface that a packet on the way back would come in on: known where this one is forwarded. */
  readonly iif?: string;
  /** The interface that rules by outgoing interface are asked of, and that routes should lead to. Default: none. */
  readonly towards?: string;
}

/** net/ipv4/fib_frontend.c `__fib_validate_source`, for every value that rp_filter may have. */
export function reversePath(input: ReversePathInput): ReversePath {
  const { fib, packet, device, ports = true } = input;
  const flow = {
    dst: packet.src,
    src: input.dst,
    iif: input.iif ?? 'lo',
    ...(input.towards !== undefined && { towards: input.towards, anyMetric: true }),
    mark: input.useMark ? packet.mark : 0,
    tos: packet.dscp << 2,
    proto: ports || fib.family === 6 ? packet.proto : 0,
    sport: ports ? packet.dport : undefined,
    dport: ports ? packet.sport : undefined,
  };
  const back = fib.lookup(flow);
  if (back.kind !== 'route') return { back, drops: [1, 2], reason: 'no route leads back to the source' };
  if (back.route.type === 'local' && !input.acceptLocal)
    return { back, drops: [0, 1, 2], reason: 'the source is an address of this node itself' };
  if (back.route.type !== 'unicast' && back.route.type !== 'local')
    return { back, drops: [1, 2], reason: `the source is a ${back.route.type} address` };
  if (back.hops.some((hop) => hop.device === device)) return { back, drops: [], reason: '' };
  const other = back.hops[0]?.device ?? 'elsewhere';
  const reason = `the way back to the source leads out of ${other}, not ${device}`;
  return { back, drops: input.deviceHasAddress ? [1] : [1, 2], reason };
}
