import type { NodeRecord } from '../../src/core/snapshot/format';
import { dump } from './save';
import { node, type Outputs } from './snapshots';

/** A node in few words, for the shapes that people have met. */
export interface Machine {
  /** `NAME ADDRESS… KEY=VALUE…`: `eth0 192.168.1.12/24`, `flannel.1 10.1.12.0/32 mac=02:00:00:00:00:12 mtu=1450`. */
  readonly links: readonly string[];
  /** As `ip route show table all` prints them. */
  readonly routes: readonly string[];
  /** Policy rules other than the kernel's own three. */
  readonly routing?: readonly string[];
  /** `nat -A POSTROUTING …` */
  readonly rules?: readonly string[];
  readonly legacyRules?: readonly string[];
  /** Policies other than ACCEPT: `filter FORWARD DROP`. */
  readonly policies?: readonly string[];
  /** Settings other than ip_forward = 1, bridge-nf-call-iptables = 1 and the kernel's defaults. */
  readonly sysctls?: Readonly<Record<string, string | number>>;
  readonly pods?: Readonly<Record<string, Pod>>;
  readonly more?: Outputs;
}

export interface Pod {
  /** `10.1.12.3/24` */
  readonly address: string;
  /** The bridge that its cable ends at; without one the cable ends at a veth of its own. */
  readonly bridge?: string;
  /** The node's end, where it is not named after the pod. */
  readonly veth?: string;
  readonly mtu?: number;
  /** MTU of the node's end. */
  readonly vethMtu?: number;
  /** Default: every bridge port is, as CNI's bridge plug-in with hairpinMode. */
  readonly hairpin?: boolean;
}

const FIRST_VETH = 100;

export function machine(name: string, spec: Machine): NodeRecord {
  const pods = Object.entries(spec.pods ?? {});
  const underlay = spec.links.find((link) => !/^(flannel|cni|docker|br|tunl)/.test(link)) ?? '';
  const host: Outputs = {
    'ip-addr': [
      '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo',
      ...spec.links.map((link, at) => linkText(link, at + 2, / (\d[\d.]*)\//.exec(underlay)?.[1] ?? '')),
      ...pods.map(([pod, one], at) => vethText(pod, one, FIRST_VETH + at)),
      '',
    ].join('\n'),
    'ip-route': `${spec.routes.join('\n')}\n`,
    'iptables-save': dump(spec.rules ?? [], spec.policies),
    ...(spec.legacyRules && { 'iptables-legacy-save': dump(spec.legacyRules, [], 'v1.8.9') }),
    ...(spec.routing && { 'ip-rule': policyRules(spec.routing) }),
    sysctl: sysctlText(spec.sysctls ?? {}),
    ...spec.more,
  };
  return node(
    name,
    host,
    Object.fromEntries(pods.map(([pod, one], at) => [pod, podOutputs(spec, one, FIRST_VETH + at)])),
  );
}

function linkText(link: string, index: number, local: string): string {
  const words = link.split(' ');
  const option = (key: string): string | undefined =>
    words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const [name = '', ...rest] = words;
  const kind = /^(cni|docker|br)/.test(name)
    ? '    bridge forward_delay 1500'
    : name.startsWith('flannel.')
      ? `    vxlan id ${name.slice(8)} local ${local} dev eth0 srcport 0 0 dstport 8472 nolearning`
      : name.startsWith('flannel')
        ? '    tun type tun'
        : name.startsWith('tunl')
          ? '    ipip remote any local any'
          : undefined;
  return [
    `${index}: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ${option('mtu') ?? '1500'}`,
    ...(option('mac') === undefined ? [] : [`    link/ether ${option('mac') ?? ''} brd ff:ff:ff:ff:ff:ff`]),
    ...(kind === undefined ? [] : [kind]),
    ...rest.filter((word) => word.includes('/')).map((address) => `    inet ${address} scope global ${name}`),
  ].join('\n');
}

function vethName(pod: string, { veth }: Pod): string {
  return veth ?? `veth-${pod.slice(pod.lastIndexOf('/') + 1)}`;
}

function vethText(pod: string, one: Pod, index: number): string {
  const { bridge, hairpin = true } = one;
  const port = bridge === undefined ? '' : `\n    bridge_slave state forwarding hairpin ${hairpin ? 'on' : 'off'}`;
  return `${index}: ${vethName(pod, one)}@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ${one.vethMtu ?? one.mtu ?? 1500}${
    bridge === undefined ? '' : ` master ${bridge}`
  }\n    veth${port}`;
}

/** As the network plug-ins set one up: behind a bridge its gateway is the bridge, else whatever answers at the veth. */
function podOutputs(spec: Machine, { address, bridge, mtu = 1500 }: Pod, veth: number): Outputs {
  const own = address.replace(/\/.*/, '');
  const gateway = spec.links.find((link) => link.startsWith(`${bridge ?? '?'} `))?.split(/[ /]/)[1];
  const network = address.replace(/\d+\/24$/, '0/24');
  return {
    'ip-addr': `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536\n    inet 127.0.0.1/8 scope host lo\n2: eth0@if${veth}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ${mtu}\n    veth\n    inet ${address} scope global eth0\n`,
    'ip-route':
      gateway === undefined
        ? 'default via 169.254.1.1 dev eth0\n169.254.1.1 dev eth0 scope link\n'
        : `default via ${gateway} dev eth0\n${network} dev eth0 proto kernel scope link src ${own}\n`,
    'iptables-save': '',
    sysctl: 'net.ipv4.ip_forward = 0\n',
    ss: 'tcp LISTEN 0 16 0.0.0.0:80 0.0.0.0:*\nudp UNCONN 0 0 0.0.0.0:53 0.0.0.0:*\n',
  };
}

function policyRules(own: readonly string[]): string {
  return [
    '0:\tfrom all lookup local',
    ...own,
    '32766:\tfrom all lookup main',
    '32767:\tfrom all lookup default',
    '',
  ].join('\n');
}

function sysctlText(values: NonNullable<Machine['sysctls']>): string {
  const all = { 'net.ipv4.ip_forward': 1, 'net.bridge.bridge-nf-call-iptables': 1, ...values };
  return Object.entries(all)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

/** One service port as kube-proxy of 1.4 writes it: `nat` rules without KUBE-MARK-MASQ in KUBE-SERVICES. */
export function serviceRules(
  name: string,
  address: string,
  port: number,
  endpoints: readonly string[],
  options: {
    readonly protocol?: 'tcp' | 'udp';
    readonly nodePort?: number;
    readonly masquerades?: string;
    readonly plainNodePort?: true;
  } = {},
): string[] {
  const { protocol = 'tcp', nodePort, masquerades, plainNodePort } = options;
  const id = name.toUpperCase().replace(/\W/g, '');
  const comment = `-m comment --comment "default/${name}`;
  const matched = `-p ${protocol} ${comment} cluster IP" -m ${protocol} --dport ${port}`;
  return [
    ...(masquerades === undefined
      ? []
      : [`nat -A KUBE-SERVICES ${masquerades} -d ${address}/32 ${matched} -j KUBE-MARK-MASQ`.replace('  ', ' ')]),
    `nat -A KUBE-SERVICES -d ${address}/32 ${matched} -j KUBE-SVC-${id}`,
    ...(nodePort === undefined
      ? []
      : [
          ...(plainNodePort
            ? []
            : [
                `nat -A KUBE-NODEPORTS -p ${protocol} ${comment}" -m ${protocol} --dport ${nodePort} -j KUBE-MARK-MASQ`,
              ]),
          `nat -A KUBE-NODEPORTS -p ${protocol} ${comment}" -m ${protocol} --dport ${nodePort} -j KUBE-SVC-${id}`,
        ]),
    ...endpoints.flatMap((endpoint, at) => {
      const left = endpoints.length - at;
      const random = left > 1 ? ` -m statistic --mode random --probability ${(1 / left).toFixed(10)}` : '';
      const chain = `KUBE-SEP-${id}${at}`;
      return [
        `nat -A KUBE-SVC-${id} ${comment}"${random} -j ${chain}`,
        `nat -A ${chain} -s ${endpoint.replace(/:.*/, '')}/32 ${comment}" -j KUBE-MARK-MASQ`,
        `nat -A ${chain} -p ${protocol} ${comment}" -m ${protocol} -j DNAT --to-destination ${endpoint}`,
      ];
    }),
  ];
}

/** What kube-proxy's rules hang from; `services` come between. */
export function kubeProxyRules(...services: readonly (readonly string[])[]): string[] {
  return [
    'nat -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    'nat -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    'nat -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    'nat -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    'nat -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -m mark --mark 0x4000/0x4000 -j MASQUERADE',
    ...services.flat(),
    'nat -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
    'nat -A KUBE-NODEPORTS -j RETURN',
  ];
}
