import type { Random } from '../../lab/random';
import { lanAddress, type Node, podSubnet, serviceAddress, type Sketch } from './sketch';

/*
 * What is done to a node beside its rules: settings, addresses, routes. Each line may fail, where another has come
 * before it.
 */

/** Interfaces that a node has. */
export function devicesOf({ overlay }: Sketch, { bridge, second, pods }: Node): string[] {
  return [
    'eth0',
    ...(second === undefined ? [] : ['eth1']),
    bridge,
    ...(overlay === 'tun' ? ['flannel0'] : overlay === 'vxlan' ? ['flannel.1'] : []),
    ...pods.filter((pod) => pod.attached === 'cable').map((pod) => `veth-${pod.name}`),
  ];
}

export function twistsOf(random: Random, sketch: Sketch, node: Node): string[] {
  return sketch.family === 4
    ? [...settings(random, sketch, node), ...addresses(random, node), ...routing(random, sketch, node)]
    : [...settings6(random), ...routing(random, sketch, node)];
}

function settings(random: Random, sketch: Sketch, node: Node): string[] {
  const devices = devicesOf(sketch, node);
  // The dot of flannel.1 is part of the name.
  const keys: string[] = [`net/bridge/bridge-nf-call-iptables=${random.chance(0.7) ? 1 : 0}`];
  if (random.chance(0.6))
    for (const device of ['all', ...devices])
      keys.push(`net/ipv4/conf/${device}/rp_filter=${random.pick([0, 0, 0, 1, 2])}`);
  const rare: readonly (readonly [number, string])[] = [
    [0.06, 'net/ipv4/ip_forward=0'],
    [0.06, `net/ipv4/conf/${random.pick(devices)}/forwarding=0`],
    [0.2, `net/ipv4/conf/${random.pick(['all', ...devices])}/route_localnet=1`],
    [0.1, `net/ipv4/conf/${random.pick(['all', ...devices])}/accept_local=1`],
    [0.3, `net/ipv4/conf/${random.pick(['all', ...devices])}/src_valid_mark=1`],
    [0.05, 'net/netfilter/nf_conntrack_tcp_loose=0'],
    [0.05, `net/ipv4/conf/${random.pick(['all', 'eth0'])}/arp_ignore=1`],
    [0.1, `net/ipv4/conf/${random.pick(['all', ...devices])}/proxy_arp=1`],
  ];
  for (const [probability, key] of rare) if (random.chance(probability)) keys.push(key);
  return [
    ...keys.map((key) => `sysctl -qw ${key}`),
    ...node.pods
      .filter((pod) => pod.attached === 'bridge' && random.chance(0.4))
      .map((pod) => `bridge link set dev veth-${pod.name} hairpin on`),
  ];
}

function settings6(random: Random): string[] {
  return [
    `sysctl -qw net/bridge/bridge-nf-call-ip6tables=${random.below(2)}`,
    ...(random.chance(0.1) ? ['sysctl -qw net/ipv6/conf/all/forwarding=0'] : []),
  ];
}

/** An address that several nodes may have: a virtual one, a service's own. */
export const VIRTUAL = '203.0.113.5';
/** Nobody has it. */
export const NOWHERE = '198.51.100.9';

function addresses(random: Random, { index, bridge, lan }: Node): string[] {
  const lines: string[] = [];
  if (random.chance(0.2)) lines.push(`ip addr add ${VIRTUAL}/32 dev ${random.pick(['lo', 'eth0'])}`);
  if (random.chance(0.15)) lines.push(`ip addr add ${lanAddress(4, lan, 20 + index)}/24 dev eth0`);
  if (random.chance(0.1)) lines.push(`ip addr add 172.30.${index}.1/24 dev ${random.pick(['eth0', bridge])}`);
  if (random.chance(0.1))
    lines.push('ip link add dummy0 type dummy', `ip addr add 172.31.${index}.1/24 dev dummy0`, 'ip link set dummy0 up');
  if (random.chance(0.08)) lines.push('ip route add local 203.0.113.0/24 dev lo');
  return lines;
}

function routing(random: Random, sketch: Sketch, node: Node): string[] {
  const { family, nodes } = sketch;
  const ip = family === 4 ? 'ip' : 'ip -6';
  const host = family === 4 ? 32 : 128;
  const other = random.pick(nodes);
  const pod = random.pick(nodes.flatMap((one) => one.pods)).address;
  const gateway = lanAddress(family, node.lan, 1);
  const services = `${serviceAddress(family, 0)}/${family === 4 ? 24 : 64}`;
  const refused = ['unreachable', 'prohibit', 'blackhole'];
  const via = other !== node && other.second !== undefined && node.second !== undefined ? other.second : gateway;
  const lines: string[] = [];
  if (random.chance(0.35)) lines.push(...policyRules(random, ip, sketch, node, { pod, via }));
  const more: readonly (() => string)[] = [
    () => `${ip} route add ${random.pick(refused)} ${pod}/${host}`,
    () => `${ip} route add ${random.pick(refused)} ${services}`,
    () => `${ip} route add ${services} dev ${random.pick(['lo', node.bridge])}`,
    () => `${ip} route add default via ${via} metric ${random.pick(['50', '2000'])}`,
    () => `${ip} route replace ${podSubnet(family, other.index)} via ${via}`,
    () => `${ip} route add ${pod}/${host} via ${via} metric 10`,
    () => `${ip} route del default`,
    () => `${ip} route replace default via ${gateway} src ${node.second ?? node.address}`,
    () => `${ip} route add ${services} via ${gateway} src ${random.pick([node.address, gatewayOfPods(sketch, node)])}`,
    () => `${ip} route add ${pod}/${host} nexthop via ${gateway} weight 1 nexthop via ${via} weight 2`,
  ];
  while (random.chance(0.3)) lines.push(random.pick(more)());
  return lines;
}

function gatewayOfPods({ family }: Sketch, { index }: Node): string {
  return podSubnet(family, index)
    .replace(/0\/24$/, '1')
    .replace(/\/64$/, '1');
}

function policyRules(
  random: Random,
  ip: string,
  sketch: Sketch,
  node: Node,
  { pod, via }: { readonly pod: string; readonly via: string },
): string[] {
  const { family } = sketch;
  const device = random.pick(devicesOf(sketch, node));
  const selectors: readonly string[] = [
    `fwmark ${random.pick(['0x1', '0x2', '0x4000/0x4000', '0x1/0x3'])}`,
    `from ${podSubnet(family, node.index)}`,
    `from ${node.address}`,
    `to ${pod}`,
    `iif ${device}`,
    `oif ${device}`,
    'ipproto tcp',
    'ipproto tcp dport 80',
    'ipproto udp sport 53',
    `not from ${podSubnet(family, node.index)}`,
    `from ${podSubnet(family, node.index)} to ${serviceAddress(family, 0)}/${family === 4 ? 24 : 64}`,
  ];
  const routes: readonly string[] = [
    `default via ${via}`,
    `default dev ${device}`,
    `unreachable default`,
    `blackhole ${pod}`,
    `throw ${pod}`,
    `prohibit ${pod}`,
    `${pod} dev ${device}`,
    `local ${pod} dev lo`,
  ];
  const actions = [
    'lookup 100',
    'lookup 100',
    'lookup 100',
    'lookup 200',
    'lookup main suppress_prefixlength 0',
    'unreachable',
    'prohibit',
    'blackhole',
  ];
  return [
    ...random.some(routes, 2).map((route) => `${ip} route add ${route} table 100`),
    ...random.some(routes, 1).map((route) => `${ip} route add ${route} table 200`),
    ...Array.from(
      { length: 1 + random.below(2) },
      (_, at) => `${ip} rule add priority ${1000 + at} ${random.pick(selectors)} ${random.pick(actions)}`,
    ),
  ];
}
