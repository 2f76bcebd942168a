import type { Random } from '../../lab/random';
import type { Services } from './agents';
import { allPods, type Node, podAddress, podSubnet, serviceAddress, type Sketch } from './sketch';
import { socket } from './targets';

/*
 * Shapes of rules that further agents write, drawn. In the form of lab/ruleset.ts. What they count with nfacct is made
 * by the agent of the lab.
 */

/** kube-proxy since 1.24: KUBE-EXT for what comes from outside, KUBE-SVL for endpoints of the node itself. */
export function kubeProxyNow(
  random: Random,
  { family, nodes, drawsPorts }: Sketch,
  node: Node,
  { list }: Services,
): string[] {
  const local = random.chance(0.4);
  const counted = random.chance(0.4);
  const fully = drawsPorts ? ' --random-fully' : '';
  const here = new Set(node.pods.map((pod) => pod.address));
  const lines = [
    ...['SERVICES', 'NODEPORTS', 'POSTROUTING', 'MARK-MASQ'].map((name) => `nat -N KUBE-${name}`),
    ...['PREROUTING', 'OUTPUT'].map(
      (hook) => `nat -A ${hook} -m comment --comment "kubernetes service portals" -j KUBE-SERVICES`,
    ),
    'nat -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    'nat -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    'nat -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    `nat -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE${fully}`,
    'nat -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
  ];
  for (const { name, address, port, endpoints, nodePort, protocol = 'tcp' } of list) {
    const id = name.replace(':', '-').toUpperCase();
    const to = `-p ${protocol} -m comment --comment "default/${name} cluster IP" -m ${protocol} --dport ${port}`;
    lines.push(`nat -N KUBE-SVC-${id}`, `nat -A KUBE-SERVICES -d ${address} ${to} -j KUBE-SVC-${id}`);
    lines.push(`nat -A KUBE-SVC-${id} ! -s ${allPods(family)} -d ${address} ${to} -j KUBE-MARK-MASQ`);
    const chains = endpoints.map((endpoint, at) => {
      const chain = `KUBE-SEP-${id}-${at}`;
      const source = endpoint.replace(/\]?:\d+$/, '').replace('[', '');
      lines.push(
        `nat -N ${chain}`,
        `nat -A ${chain} -s ${source} -m comment --comment "default/${name}" -j KUBE-MARK-MASQ`,
        `nat -A ${chain} -p ${protocol} -m ${protocol} -j DNAT --to-destination ${endpoint}`,
      );
      return { chain, own: here.has(source) };
    });
    lines.push(...spread(`KUBE-SVC-${id}`, chains));
    if (nodePort === undefined) continue;
    const external = `KUBE-EXT-${id}`;
    lines.push(
      `nat -N ${external}`,
      `nat -A KUBE-NODEPORTS -p ${protocol} -m comment --comment "default/${name}" -m ${protocol} --dport ${nodePort} -j ${external}`,
    );
    if (!local) {
      lines.push(`nat -A ${external} -j KUBE-MARK-MASQ`, `nat -A ${external} -j KUBE-SVC-${id}`);
      continue;
    }
    lines.push(
      `nat -N KUBE-SVL-${id}`,
      `nat -A ${external} -s ${allPods(family)} -m comment --comment "pod traffic for default/${name} external destinations" -j KUBE-SVC-${id}`,
      `nat -A ${external} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
      `nat -A ${external} -m addrtype --src-type LOCAL -j KUBE-SVC-${id}`,
      `nat -A ${external} -j KUBE-SVL-${id}`,
    );
    const own = chains.filter((one) => one.own);
    lines.push(...spread(`KUBE-SVL-${id}`, own));
    // No endpoint here: what comes from outside is dropped, and not refused.
    if (own.length === 0)
      lines.push(
        'filter -N KUBE-EXTERNAL-SERVICES',
        ...['INPUT', 'FORWARD'].map((hook) => `filter -A ${hook} -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES`),
        `filter -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/${name} has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport ${nodePort} -j DROP`,
      );
  }
  lines.push('nat -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS');
  const invalid = counted
    ? '-m conntrack --ctstate INVALID -m nfacct --nfacct-name  drops'
    : '-m conntrack --ctstate INVALID';
  lines.push(
    ...['FIREWALL', 'FORWARD'].map((name) => `filter -N KUBE-${name}`),
    'filter -A INPUT -j KUBE-FIREWALL',
    'filter -A OUTPUT -j KUBE-FIREWALL',
    'filter -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
    `filter -A KUBE-FORWARD ${invalid} -j DROP`,
    'filter -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
    'filter -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  );
  if (family === 4)
    lines.push(
      'filter -A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
    );
  if (nodes.length > 1 && random.chance(0.3)) lines.push(...nodeLocalDns(serviceAddress(family, 10)));
  return lines;
}

function spread(from: string, chains: readonly { readonly chain: string }[]): string[] {
  return chains.map(({ chain }, at) => {
    const left = chains.length - at;
    const share = left === 1 ? '' : `-m statistic --mode random --probability ${(1 / left).toFixed(11)} `;
    return `nat -A ${from} -m comment --comment "to \\"${chain}\\", it's one" ${share}-j ${chain}`;
  });
}

/** NodeLocal DNSCache: the service's address is not tracked, and so not translated. */
function nodeLocalDns(address: string): string[] {
  return [
    ...['PREROUTING --dport', 'OUTPUT --sport', 'OUTPUT --dport'].map((place) => {
      const [hook = '', flag = ''] = place.split(' ');
      const side = flag === '--sport' ? '-s' : '-d';
      return `raw -A ${hook} ${side} ${address} -p udp -m udp ${flag} 53 -j NOTRACK`;
    }),
    `filter -A INPUT -d ${address} -p udp -m udp --dport 53 -j ACCEPT`,
    `filter -A OUTPUT -s ${address} -p udp -m udp --sport 53 -j ACCEPT`,
  ];
}

/** kube-router's network policies: a chain for each pod, marks for what they allow. */
export function kubeRouterRules(random: Random, { family }: Sketch, node: Node): string[] {
  const lines = [
    'filter -N KUBE-ROUTER-FORWARD',
    'filter -N KUBE-NWPLCY-DEFAULT',
    'filter -I FORWARD -m comment --comment "kube-router netpol" -j KUBE-ROUTER-FORWARD',
    'filter -A KUBE-NWPLCY-DEFAULT -j MARK --set-xmark 0x10000/0x10000',
  ];
  for (const { name, address } of node.pods) {
    const chain = `KUBE-POD-FW-${name.toUpperCase()}`;
    const kind = family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
    lines.push(
      `filter -N ${chain}`,
      `filter -A KUBE-ROUTER-FORWARD -d ${address} -j ${chain}`,
      `filter -A KUBE-ROUTER-FORWARD -d ${address} -m physdev --physdev-is-bridged -j ${chain}`,
      `filter -A ${chain} -m conntrack --ctstate INVALID -j DROP`,
      `filter -A ${chain} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      `filter -A ${chain} -m addrtype --src-type LOCAL -d ${address} -j ACCEPT`,
      ...(random.chance(0.7) ? [`filter -A ${chain} -m set --match-set s-ip src -j KUBE-NWPLCY-DEFAULT`] : []),
      `filter -A ${chain} -m mark ! --mark 0x10000/0x10000 -m limit --limit 10/min --limit-burst 10 -j NFLOG --nflog-group 100`,
      `filter -A ${chain} -m mark ! --mark 0x10000/0x10000 -j REJECT --reject-with ${kind}`,
      `filter -A ${chain} -j MARK --set-xmark 0x0/0x10000`,
      `filter -A ${chain} -j MARK --set-xmark 0x20000/0x20000`,
    );
  }
  return [...lines, 'filter -A KUBE-ROUTER-FORWARD -m mark --mark 0x20000/0x20000 -j ACCEPT'];
}

/** Docker 28: ports published for a container, direct access dropped in raw. */
export function dockerNowRules(random: Random, { family }: Sketch, { index, bridge, pods }: Node): string[] {
  const pod = pods.find(({ attached }) => attached === 'bridge');
  if (!pod) return [];
  const loopback = family === 4 ? '127.0.0.0/8' : '::1/128';
  return [
    'nat -N DOCKER',
    'nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    `nat -A OUTPUT ! -d ${loopback} -m addrtype --dst-type LOCAL -j DOCKER`,
    `nat -A POSTROUTING -s ${podSubnet(family, index)} ! -o ${bridge} -j MASQUERADE`,
    `nat -A DOCKER ! -i ${bridge} -p tcp -m tcp --dport 81 -j DNAT --to-destination ${socket(pod.address, 80)}`,
    ...['DOCKER', 'DOCKER-BRIDGE', 'DOCKER-CT', 'DOCKER-FORWARD', 'DOCKER-USER'].map((name) => `filter -N ${name}`),
    'filter -A FORWARD -j DOCKER-USER',
    'filter -A FORWARD -j DOCKER-FORWARD',
    `filter -A DOCKER ! -i ${bridge} -o ${bridge} -d ${pod.address} -p tcp -m tcp --dport 80 -j ACCEPT`,
    `filter -A DOCKER ! -i ${bridge} -o ${bridge} -j DROP`,
    `filter -A DOCKER-BRIDGE -o ${bridge} -j DOCKER`,
    `filter -A DOCKER-CT -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    'filter -A DOCKER-FORWARD -j DOCKER-CT',
    'filter -A DOCKER-FORWARD -j DOCKER-BRIDGE',
    `filter -A DOCKER-FORWARD -i ${bridge} -j ACCEPT`,
    ...(random.chance(0.3) ? [`raw -A PREROUTING -d ${pod.address} ! -i ${bridge} -j DROP`] : []),
  ];
}

/** ufw: its INPUT, with what it lets pass before. */
export function ufwRules(random: Random, { family, lans }: Sketch): string[] {
  const icmp = family === 4 ? '-p icmp -m icmp --icmp-type' : '-p icmpv6 -m icmp6 --icmpv6-type';
  return [
    ...['before-input', 'user-input', 'skip', 'not-local'].map((name) => `filter -N ufw-${name}`),
    'filter -P INPUT DROP',
    'filter -A INPUT -j ufw-before-input',
    'filter -A ufw-before-input -i lo -j ACCEPT',
    'filter -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'filter -A ufw-before-input -m conntrack --ctstate INVALID -j DROP',
    `filter -A ufw-before-input ${icmp} echo-request -j ACCEPT`,
    // What tunnels carry is not to be dropped with the rest.
    'filter -A ufw-before-input -p udp -m multiport --dports 8285,8472 -j ACCEPT',
    'filter -A ufw-before-input -j ufw-not-local',
    'filter -A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN',
    'filter -A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN',
    'filter -A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN',
    'filter -A ufw-not-local -j DROP',
    'filter -A INPUT -j ufw-user-input',
    `filter -A ufw-user-input -p tcp -m tcp --dport ${random.pick(['80', '8080', '30080'])} -m conntrack --ctstate NEW -m recent --set --name ufw`,
    'filter -A ufw-user-input -p tcp -m tcp --dport 8080 -m conntrack --ctstate NEW -m limit --limit 3/min --limit-burst 1000 -j ACCEPT',
    ...(lans.length > 1 ? ['filter -A ufw-user-input -p udp -j ACCEPT'] : []),
    `filter -A INPUT -g ufw-skip`,
    `filter -A ufw-skip -j ${random.pick(['RETURN', 'DROP', 'REJECT'])}`,
  ];
}

/** Cilium's own rules beside its programs: marks, and no tracking of what its proxy sends. */
export function ciliumRules({ family }: Sketch, { index }: Node): string[] {
  return [
    ...['PRE_raw', 'OUTPUT_raw'].map((name) => `raw -N CILIUM_${name}`),
    'raw -A PREROUTING -m comment --comment "cilium-feeder: CILIUM_PRE_raw" -j CILIUM_PRE_raw',
    'raw -A OUTPUT -m comment --comment "cilium-feeder: CILIUM_OUTPUT_raw" -j CILIUM_OUTPUT_raw',
    'raw -A CILIUM_PRE_raw -m mark --mark 0x200/0xf00 -m comment --comment "cilium: NOTRACK for proxy traffic" -j CT --notrack',
    'raw -A CILIUM_OUTPUT_raw -o lxc+ -m mark --mark 0xa00/0xfffffeff -j CT --notrack',
    ...['FORWARD', 'INPUT'].map((name) => `filter -N CILIUM_${name}`),
    'filter -A FORWARD -j CILIUM_FORWARD',
    'filter -A INPUT -j CILIUM_INPUT',
    'filter -A CILIUM_FORWARD -o cilium_host -j ACCEPT',
    'filter -A CILIUM_FORWARD -i veth-+ -j ACCEPT',
    'filter -A CILIUM_FORWARD -o lxc+ -j ACCEPT',
    'filter -A CILIUM_INPUT -m mark --mark 0x200/0xf00 -j ACCEPT',
    'nat -N CILIUM_POST_nat',
    'nat -A POSTROUTING -j CILIUM_POST_nat',
    `nat -A CILIUM_POST_nat -s ${podSubnet(family, index)} -m set --match-set s-ip dst -j ACCEPT`,
    `nat -A CILIUM_POST_nat -s ${podSubnet(family, index)} ! -d ${podSubnet(family, index)} ! -o cilium_+ -j MASQUERADE`,
    `nat -A CILIUM_POST_nat -m mark --mark 0xa00/0xe00 -o cilium_host -j SNAT --to-source ${podAddress(family, index, 1)}`,
  ];
}
