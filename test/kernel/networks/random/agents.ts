import type { Random } from '../../lab/random';
import { docker } from '../docker';
import { kubeProxy, type Service } from '../kube-proxy';
import { allPods, lanAddress, type Node, podAddress, podSubnet, serviceAddress, type Sketch } from './sketch';
import { socket } from './targets';

/*
 * The shapes of rules that agents write on every node, drawn. In the form of lab/ruleset.ts.
 */

/** Commands of PRELUDE in lab/network.ts: `chain nat A B`, `nat A -j B`. */
function linesOf(commands: string): string[] {
  return commands.split('\n').flatMap((line) => {
    const [, table = '', names] = /^chain (\S+) (.*)$/.exec(line) ?? [];
    if (names !== undefined) return names.split(' ').map((name) => `${table} -N ${name}`);
    const [, into = '', rest] = /^(\S+) (.*)$/.exec(line) ?? [];
    return rest === undefined ? [] : [`${into} -A ${rest}`];
  });
}

/** The services of a cluster; every node has the same. */
export interface Services {
  readonly list: readonly Service[];
  readonly clusterCidr: boolean;
  readonly masqueradeAll: boolean;
  /** Whether a kube-proxy of today has written them. */
  readonly now: boolean;
}

export const NODE_PORT = 30080;

export function drawServices(random: Random, sketch: Sketch): Services {
  const { family, nodes } = sketch;
  const pods = nodes.flatMap((node) => node.pods).map((pod) => pod.address);
  const web = Array.from({ length: 1 + random.below(3) }, () => socket(random.pick(pods), 80));
  const list: Service[] = [
    { name: 'web', address: serviceAddress(family, 11), port: 80, endpoints: [...new Set(web)], nodePort: NODE_PORT },
    {
      name: 'dns:dns',
      address: serviceAddress(family, 10),
      port: 53,
      endpoints: [socket(random.pick(pods), 53)],
      protocol: 'udp',
    },
    {
      name: 'host',
      address: serviceAddress(family, 12),
      port: 80,
      endpoints: [socket(random.pick(nodes).address, 8080)],
    },
  ];
  return { list, clusterCidr: random.chance(0.4), masqueradeAll: random.chance(0.15), now: random.chance(0.4) };
}

/** kube-proxy: its nat table, and the filter table of one age or another. */
export function kubeProxyRules(random: Random, sketch: Sketch, services: Services): string[] {
  const { family } = sketch;
  const age = random.pick(['1.4', '1.8', '1.14', '1.20']);
  const nat = linesOf(
    kubeProxy(services.list, {
      masqueradeAll: services.masqueradeAll,
      ...(services.clusterCidr && { clusterCidr: allPods(family) }),
    }),
  );
  const none = serviceAddress(family, 13);
  const rejection = `-d ${none} -p tcp -m comment --comment "default/none: has no endpoints" -m tcp --dport 80 -j REJECT`;
  const masquerade = 'nat -A KUBE-POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE';
  const lines = nat.flatMap((line) =>
    age === '1.20' && line === masquerade
      ? [
          'nat -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
          'nat -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000',
          'nat -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE',
        ]
      : [line],
  );
  lines.push('filter -N KUBE-SERVICES', 'filter -A OUTPUT -j KUBE-SERVICES', `filter -A KUBE-SERVICES ${rejection}`);
  if (age !== '1.4')
    lines.push(
      'filter -N KUBE-FIREWALL',
      'filter -A INPUT -j KUBE-FIREWALL',
      'filter -A OUTPUT -j KUBE-FIREWALL',
      'filter -A KUBE-FIREWALL -m comment --comment "kubernetes firewall for dropping marked packets" -m mark --mark 0x8000/0x8000 -j DROP',
    );
  if (age === '1.14' || age === '1.20')
    lines.push(
      'filter -N KUBE-FORWARD',
      'filter -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
      'filter -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES',
      'filter -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
      'filter -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
      'filter -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    );
  return random.chance(0.3) ? [...lines, ...sessionAffinity(services), ...loadBalancer(sketch, services)] : lines;
}

/** ClientIP affinity: a client goes where it went before, which a first one did not. */
function sessionAffinity({ list }: Services): string[] {
  const web = list[0];
  if (!web) return [];
  return [
    'nat -N KUBE-SVC-STICKY',
    'nat -N KUBE-SEP-STICKY',
    `nat -I KUBE-SERVICES -d ${web.address} -p tcp -m tcp --dport 81 -j KUBE-SVC-STICKY`,
    'nat -A KUBE-SVC-STICKY -m recent --rcheck --seconds 10800 --reap --name STICKY --rsource -j KUBE-SEP-STICKY',
    'nat -A KUBE-SVC-STICKY -j KUBE-SEP-STICKY',
    `nat -A KUBE-SEP-STICKY -p tcp -m recent --set --name STICKY --rsource -m tcp -j DNAT --to-destination ${web.endpoints[0] ?? ''}`,
  ];
}

/** A balancer's address with source ranges: others are marked for the firewall. */
function loadBalancer({ family }: Sketch, { list }: Services): string[] {
  const web = list[0];
  if (!web) return [];
  return [
    'nat -N KUBE-FW-WEB',
    'nat -N KUBE-MARK-DROP',
    'nat -A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000',
    `nat -I KUBE-SERVICES -d ${serviceAddress(family, 20)} -p tcp -m tcp --dport 80 -j KUBE-FW-WEB`,
    `nat -A KUBE-FW-WEB -s ${lanAddress(family, 1, 99)} -p tcp -j DNAT --to-destination ${web.endpoints[0] ?? ''}`,
    'nat -A KUBE-FW-WEB -j KUBE-MARK-DROP',
  ];
}

/** What flannel masquerades, before 0.5.4 and after, and its FORWARD rules. */
export function flannelRules(random: Random, { family }: Sketch, { index }: Node): string[] {
  const all = allPods(family);
  const old = [
    `nat -A POSTROUTING -s ${all} -d ${all} -j RETURN`,
    `nat -A POSTROUTING -s ${all} ! -d 224.0.0.0/4 -j MASQUERADE`,
  ];
  const later = [
    `nat -A POSTROUTING ! -s ${all} -d ${podSubnet(family, index)} -j RETURN`,
    `nat -A POSTROUTING ! -s ${all} -d ${all} -j MASQUERADE`,
  ];
  return [
    ...(family === 4 ? old : []),
    ...(random.chance(0.6) ? later : []),
    ...(random.chance(0.5)
      ? [
          'filter -N FLANNEL-FWD',
          'filter -A FORWARD -j FLANNEL-FWD',
          `filter -A FLANNEL-FWD -s ${all} -j ACCEPT`,
          `filter -A FLANNEL-FWD -d ${all} -j ACCEPT`,
        ]
      : []),
  ];
}

/** Docker's rules, and since 1.13 its policy. */
export function dockerRules(random: Random, { family }: Sketch, { index, bridge }: Node): string[] {
  if (family === 6 || bridge !== 'docker0') return [];
  return [...linesOf(docker(`10.1.${index}`)), ...(random.chance(0.3) ? ['filter -P FORWARD DROP'] : [])];
}

/** Calico: marks, sets and a chain for each pod. */
export function calicoRules(random: Random, { family }: Sketch, node: Node): string[] {
  const lines = [
    'raw -N cali-PREROUTING',
    'raw -A PREROUTING -j cali-PREROUTING',
    'raw -A cali-PREROUTING -j MARK --set-xmark 0x0/0xf0000',
    'raw -A cali-PREROUTING -i veth-+ -j MARK --set-xmark 0x40000/0x40000',
    ...(family === 4
      ? ['raw -A cali-PREROUTING -m mark --mark 0x40000/0x40000 -m rpfilter --validmark --invert -j DROP']
      : []),
    'filter -N cali-FORWARD',
    'filter -N cali-from-wl',
    'filter -N cali-to-wl',
    'filter -A FORWARD -j cali-FORWARD',
    'filter -A cali-FORWARD -j MARK --set-xmark 0x0/0xe0000',
    'filter -A cali-FORWARD -i veth-+ -j cali-from-wl',
    'filter -A cali-FORWARD -o veth-+ -j cali-to-wl',
    'filter -A cali-FORWARD -m mark --mark 0x10000/0x10000 -j ACCEPT',
    'filter -A cali-from-wl -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'filter -A cali-from-wl -m conntrack --ctstate INVALID -j DROP',
    'filter -A cali-from-wl -j MARK --set-xmark 0x10000/0x10000',
    'filter -A cali-to-wl -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'filter -A cali-to-wl -m conntrack --ctstate INVALID -j DROP',
    `filter -A cali-to-wl -m set --match-set s-net src ${random.pick(['-j MARK --set-xmark 0x10000/0x10000', '-j RETURN', '-j DROP'])}`,
    'nat -N cali-nat-outgoing',
    'nat -A POSTROUTING -j cali-nat-outgoing',
    'nat -A cali-nat-outgoing -m set --match-set s-net src -m set ! --match-set s-net dst -j MASQUERADE',
  ];
  return node.pods.some((pod) => pod.attached === 'cable') ? lines : [];
}

/** A sidecar's: what a pod's own programs send goes through its proxy, by REDIRECT. Here on the node, port 8080. */
export function sidecarRules({ family }: Sketch, node: Node): string[] {
  return [
    'nat -N ISTIO_OUTPUT',
    'nat -N ISTIO_REDIRECT',
    'nat -N ISTIO_INBOUND',
    'nat -A PREROUTING -p tcp -j ISTIO_INBOUND',
    'nat -A OUTPUT -p tcp -j ISTIO_OUTPUT',
    'nat -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 8080',
    'nat -A ISTIO_INBOUND -p tcp -m tcp --dport 22 -j RETURN',
    `nat -A ISTIO_INBOUND -d ${node.address} -p tcp -m tcp --dport 80 -j ISTIO_REDIRECT`,
    `nat -A ISTIO_OUTPUT -s ${family === 4 ? '127.0.0.6/32' : '::6/128'} -o lo -j RETURN`,
    `nat -A ISTIO_OUTPUT -o lo -p tcp -m tcp ! --dport 53 -m owner ! --uid-owner 1337 -j RETURN`,
    'nat -A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN',
    `nat -A ISTIO_OUTPUT -d ${podAddress(family, node.index, 1)} -j RETURN`,
    `nat -A ISTIO_OUTPUT -d ${serviceAddress(family, 14)} -j ISTIO_REDIRECT`,
  ];
}
