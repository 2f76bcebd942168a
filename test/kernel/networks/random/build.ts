import type { Family } from '../../../../src/core/net/address';
import type { Plan, Space, Tunnel } from '../../lab/network';
import {
  allPods,
  bits,
  lanAddress,
  lanNetwork,
  nobody,
  type Node,
  type Pod,
  podAddress,
  podSubnet,
  serviceAddress,
  type Sketch,
} from './sketch';

/* The plan of a sketched network, before anything is done to it. */

const SERVERS: Readonly<Record<4 | 6, readonly string[]>> = {
  4: ['tcp 0.0.0.0:80', 'udp 0.0.0.0:53'],
  6: ['tcp [::]:80', 'udp [::]:53'],
};
const NODE_SERVERS: Readonly<Record<4 | 6, readonly string[]>> = {
  4: ['tcp 0.0.0.0:8080', 'udp 0.0.0.0:53'],
  6: ['tcp [::]:8080', 'udp [::]:53'],
};
const NO_TALK =
  'sysctl -qw net.ipv4.conf.all.forwarding=0 net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0';

export function planOf(sketch: Sketch): Plan {
  const { family, nodes, lans, client } = sketch;
  const wires = nodes.some((node) => node.second !== undefined) ? [...lans, 9] : lans;
  const spaces: Record<string, Space> = {};
  const cables: [string, string][] = [];
  const ports = new Map<number, string[]>(wires.map((wire) => [wire, []]));
  const plug = (wire: number, end: string): void => {
    const port = `to${ports.get(wire)?.length ?? 0}`;
    ports.get(wire)?.push(port);
    cables.push([end, `lan${wire}:${port}`]);
  };
  for (const node of nodes) {
    plug(node.lan, `${node.name}:eth0`);
    if (node.second !== undefined) plug(9, `${node.name}:eth1`);
    spaces[node.name] = {
      kind: 'host',
      setup: nodeSetup(sketch, node),
      serves: NODE_SERVERS[family],
      ...(sketch.overlay === 'tun' && { tunnel: tunnelOf(sketch, node) }),
    };
    for (const pod of node.pods) {
      cables.push([`${node.name}:veth-${pod.name}`, `${node.name}/default/${pod.name}:eth0`]);
      spaces[`${node.name}/default/${pod.name}`] = {
        kind: 'pod',
        setup: podSetup(family, node, pod),
        serves: SERVERS[family],
      };
    }
  }
  for (const lan of lans) plug(lan, `gw:eth${lan}`);
  spaces['gw'] = { kind: 'host', setup: routerSetup(sketch) };
  if (client) {
    plug(1, 'client:eth0');
    spaces['client'] = { kind: client === 'seen' ? 'host' : 'unseen', setup: clientSetup(sketch) };
  }
  for (const [wire, names] of ports)
    spaces[`lan${wire}`] = {
      kind: 'unseen',
      setup: [
        NO_TALK,
        'ip link add lan type bridge',
        'ip link set lan up',
        ...names.map((name) => `ip link set ${name} master lan up`),
      ].join('\n'),
    };
  if (family === 6) for (const [name, space] of Object.entries(spaces)) spaces[name] = { ...space, rules: REMEMBER };
  return {
    spaces,
    cables,
    acquainted: family === 6 ? everybody(sketch) : [...podsOnBridges(nodes), ...strangerTo(sketch)],
    ipv6: family === 6,
  };
}

/** Whoever is known stays so, and is not asked again. */
const REMEMBER = `
left=100
while ip -6 neigh | grep -q INCOMPLETE && [ $left -gt 0 ]; do left=$((left - 1)); sleep 0.01; done
ip -6 neigh | awk '$5 ~ /:/ { print "neigh replace " $1 " dev " $3 " lladdr " $5 " nud permanent" }' | ip -6 -batch -`;

type Acquaintance = readonly [space: string, address: string];

function podsOnBridges(nodes: readonly Node[]): Acquaintance[] {
  return nodes.flatMap((node) =>
    node.pods.filter((pod) => pod.attached === 'bridge').map((pod): Acquaintance => [node.name, pod.address]),
  );
}

/** A client that the snapshot does not show comes in where the question says: it knows the first node. */
function strangerTo({ client, nodes }: Sketch): Acquaintance[] {
  const [entry] = nodes;
  return client === 'unseen' && entry ? [['client', entry.address]] : [];
}

/** Neighbours find each other by ICMPv6, which the drawn rules may drop: whoever may talk has talked before. */
function everybody({ family, nodes, lans, client }: Sketch): Acquaintance[] {
  const pairs: Acquaintance[] = [];
  const meet = (members: readonly Acquaintance[]): void => {
    for (const [space] of members)
      for (const [other, address] of members) if (other !== space) pairs.push([space, address]);
  };
  for (const lan of lans)
    meet([
      ['gw', lanAddress(family, lan, 1)],
      ...nodes.filter((node) => node.lan === lan).map((node): Acquaintance => [node.name, node.address]),
      ...(client && lan === 1 ? [['client', lanAddress(family, 1, 99)] as const] : []),
    ]);
  meet(nodes.flatMap((node): Acquaintance[] => (node.second === undefined ? [] : [[node.name, node.second]])));
  for (const node of nodes) {
    const spaceOf = (pod: Pod): string => `${node.name}/default/${pod.name}`;
    meet([
      [node.name, podAddress(family, node.index, 1)],
      ...node.pods.filter((pod) => pod.attached === 'bridge').map((pod): Acquaintance => [spaceOf(pod), pod.address]),
    ]);
    for (const pod of node.pods)
      if (pod.attached === 'cable') pairs.push([node.name, pod.address], [spaceOf(pod), node.address]);
  }
  return pairs;
}

function forwarding(family: Family): string {
  return family === 4 ? 'sysctl -qw net.ipv4.ip_forward=1' : 'sysctl -qw net.ipv6.conf.all.forwarding=1';
}

function nodeSetup({ family, nodes, overlay, lans }: Sketch, node: Node): string {
  const { address, second, index, bridge, pods, lan } = node;
  const others = nodes.filter((other) => other !== node);
  const lines = [
    forwarding(family),
    `ip addr add ${address}/${bits(family)} dev eth0`,
    'ip link set eth0 up',
    ...(second === undefined ? [] : [`ip addr add ${second}/${bits(family)} dev eth1`, 'ip link set eth1 up']),
    `ip route add default via ${lanAddress(family, lan, 1)}`,
    // Before every other rule: a copy that TEE makes would else be copied again and again wherever it leads to.
    `${family === 4 ? 'ip' : 'ip -6'} rule add priority 1 to ${nobody(family)} blackhole`,
    `ip link add ${bridge} type bridge`,
    `ip addr add ${podAddress(family, index, 1)}/${bits(family)} dev ${bridge}`,
    `ip link set ${bridge} up`,
    ...pods.flatMap((pod) => portSetup(family, bridge, pod)),
  ];
  if (overlay === 'host-gw')
    for (const other of others)
      lines.push(
        `ip route add ${podSubnet(family, other.index)} via ${other.lan === lan ? other.address : lanAddress(family, lan, 1)}`,
      );
  if (overlay === 'tun')
    lines.push(`ip addr add ${podAddress(4, index, 0)}/16 dev flannel0`, 'ip link set flannel0 mtu 1472 up');
  if (overlay === 'vxlan') lines.push(...vxlanSetup(node, others));
  if (overlay === 'none' && lans.length === 1)
    for (const other of others) lines.push(`ip route add ${podSubnet(family, other.index)} via ${other.address}`);
  return lines.join('\n');
}

function portSetup(family: Family, bridge: string, { name, address, attached }: Pod): string[] {
  if (attached === 'bridge') return [`ip link set veth-${name} master ${bridge} up`];
  return [
    `ip link set veth-${name} address ${cableMac(name)} up`,
    `ip route add ${address} dev veth-${name} scope link`,
    ...(family === 6 ? [`ip -6 addr add fe80::1/64 dev veth-${name}`] : []),
  ];
}

/** The MAC address of the node's end of a pod's own cable. */
function cableMac(pod: string): string {
  return `02:00:00:00:08:${Buffer.from(pod).toString('hex').slice(-2)}`;
}

function vxlanSetup(node: Node, others: readonly Node[]): string[] {
  const mac = (one: Node): string => `02:00:00:00:00:0${one.index}`;
  return [
    `ip link add flannel.1 address ${mac(node)} type vxlan id 1 local ${node.address} dev eth0 dstport 8472 nolearning`,
    `ip addr add ${podAddress(4, node.index, 0)}/32 dev flannel.1`,
    'ip link set flannel.1 up',
    ...others.flatMap((other) => {
      const vtep = podAddress(4, other.index, 0);
      return [
        `ip route add ${podSubnet(4, other.index)} via ${vtep} dev flannel.1 onlink`,
        `ip neigh add ${vtep} lladdr ${mac(other)} dev flannel.1 nud permanent`,
        `bridge fdb add ${mac(other)} dev flannel.1 dst ${other.address}`,
      ];
    }),
  ];
}

function tunnelOf({ nodes }: Sketch, node: Node): Tunnel {
  return {
    device: 'flannel0',
    bind: node.address,
    routes: Object.fromEntries(
      nodes.filter((other) => other !== node).map((other) => [podSubnet(4, other.index), other.address]),
    ),
  };
}

function podSetup(family: Family, { index }: Node, { name, address, attached }: Pod): string {
  const up = 'ip link set eth0 up';
  if (attached === 'bridge')
    return [
      `ip addr add ${address}/${bits(family)} dev eth0`,
      up,
      `ip route add default via ${podAddress(family, index, 1)}`,
    ].join('\n');
  if (family === 6)
    return [`ip addr add ${address}/128 dev eth0`, up, 'ip -6 route add default via fe80::1 dev eth0'].join('\n');
  return [
    `ip addr add ${address}/32 dev eth0`,
    up,
    'ip route add 169.254.1.1 dev eth0 scope link',
    'ip route add default via 169.254.1.1',
    `ip neigh add 169.254.1.1 lladdr ${cableMac(name)} dev eth0 nud permanent`,
  ].join('\n');
}

function routerSetup({ family, nodes, lans, routerKnowsPods, overlay }: Sketch): string {
  return [
    forwarding(family),
    ...lans.flatMap((lan) => [
      `ip addr add ${lanAddress(family, lan, 1)}/${bits(family)} dev eth${lan}`,
      `ip link set eth${lan} up`,
    ]),
    ...(routerKnowsPods || overlay === 'host-gw'
      ? nodes.map((node) => `ip route add ${podSubnet(family, node.index)} via ${node.address}`)
      : []),
  ].join('\n');
}

/** It reaches services and pods by way of the first node. */
function clientSetup({ family, nodes }: Sketch): string {
  const entry = nodes[0]?.address ?? '';
  return [
    `ip addr add ${lanAddress(family, 1, 99)}/${bits(family)} dev eth0`,
    'ip link set eth0 up',
    `ip route add default via ${lanAddress(family, 1, 1)}`,
    `ip route add ${allPods(family)} via ${entry}`,
    `ip route add ${serviceAddress(family, 0)}/${bits(family)} via ${entry}`,
  ].join('\n');
}

/** Networks that rules may name. */
export function networksOf({ family, nodes }: Sketch): string[] {
  return [
    lanNetwork(family, 1),
    lanNetwork(family, 9),
    allPods(family),
    ...nodes.map((node) => podSubnet(family, node.index)),
    family === 4 ? '127.0.0.0/8' : '::1',
  ];
}
