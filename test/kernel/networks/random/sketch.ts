import type { Family } from '../../../../src/core/net/address';
import type { Random } from '../../lab/random';

/*
 * What a drawn network looks like: nodes on one or two LANs with a router, pods on them, perhaps a second wire between
 * nodes, an overlay, and a client beside the cluster.
 */

export type Overlay = 'none' | 'host-gw' | 'vxlan' | 'tun';

export interface Pod {
  readonly name: string;
  readonly address: string;
  /** On the node's bridge, or on a cable of its own, as Calico has it. */
  readonly attached: 'bridge' | 'cable';
}

export interface Node {
  readonly name: string;
  /** Which LAN eth0 is on: 1 or 2. */
  readonly lan: number;
  readonly address: string;
  /** eth1 on the second wire. */
  readonly second: string | undefined;
  /** The node's place in the addresses of its pods. */
  readonly index: number;
  readonly bridge: string;
  readonly pods: readonly Pod[];
}

export interface Sketch {
  readonly family: Family;
  readonly nodes: readonly Node[];
  readonly lans: readonly number[];
  readonly overlay: Overlay;
  /** A client on LAN 1, and whether the snapshot shows it. */
  readonly client: 'seen' | 'unseen' | undefined;
  /** Whether NAT may draw ports in it. */
  readonly drawsPorts: boolean;
  /** Whether the router knows the ways to the pod subnets. */
  readonly routerKnowsPods: boolean;
}

/** Host `host` on LAN `lan`; 1 is the router, 99 the client. LAN 9 is the second wire. */
export function lanAddress(family: Family, lan: number, host: number): string {
  return family === 4 ? `192.168.${lan}.${host}` : `fd00:${lan}::${host}`;
}

export function podAddress(family: Family, index: number, host: number): string {
  return family === 4 ? `10.1.${index}.${host}` : `fd01:${index}::${host}`;
}

export function serviceAddress(family: Family, host: number): string {
  return family === 4 ? `10.0.0.${host}` : `fd10::${host}`;
}

export function podSubnet(family: Family, index: number): string {
  return family === 4 ? `10.1.${index}.0/24` : `fd01:${index}::/64`;
}

export function allPods(family: Family): string {
  return family === 4 ? '10.1.0.0/16' : 'fd01::/16';
}

export function lanNetwork(family: Family, lan: number): string {
  return family === 4 ? `192.168.${lan}.0/24` : `fd00:${lan}::/64`;
}

/** An address to which no node sends anything. */
export function nobody(family: Family): string {
  return family === 4 ? '198.51.100.77' : 'fd77::77';
}

/** Bits of the networks above. */
export function bits(family: Family): number {
  return family === 4 ? 24 : 64;
}

export function drawSketch(random: Random): Sketch {
  const family = random.chance(0.2) ? 6 : 4;
  const count = random.pick([1, 1, 1, 2, 2, 2, 3, 4]);
  const twoLans = count > 1 && random.chance(0.3);
  const wired = count > 1 && random.chance(0.3);
  const overlay =
    count === 1 || family === 6 ? 'none' : random.pick<Overlay>(['host-gw', 'vxlan', 'vxlan', 'tun', 'tun']);
  const nodes = Array.from({ length: count }, (_, at): Node => {
    const index = at + 1;
    const lan = twoLans && at % 2 === 1 ? 2 : 1;
    const pods = count === 1 ? 3 : count === 2 ? 2 : 1;
    return {
      name: `n${index}`,
      lan,
      address: lanAddress(family, lan, 10 + index),
      second: wired ? lanAddress(family, 9, 10 + index) : undefined,
      index,
      bridge: random.pick(['cni0', 'docker0']),
      pods: Array.from({ length: pods }, (_pod, number): Pod => {
        const attached = random.chance(0.7) ? 'bridge' : 'cable';
        return {
          name: `p${index}${'abc'[number] ?? ''}`,
          address: podAddress(family, index, (attached === 'bridge' ? 2 : 130) + number),
          attached,
        };
      }),
    };
  });
  return {
    family,
    nodes,
    lans: twoLans ? [1, 2] : [1],
    overlay,
    client: random.chance(0.4) ? random.pick(['seen', 'seen', 'unseen'] as const) : undefined,
    routerKnowsPods: random.chance(0.5),
    drawsPorts: random.chance(0.25),
  };
}
