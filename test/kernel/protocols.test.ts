import assert from 'node:assert/strict';
import { it } from 'node:test';
import { testCases } from './lab/cases';
import { check } from './lab/check';
import { onNetwork } from './lab/suite';
import { oracle, setRpFilter } from './networks/founding-case';
import { kubeProxy } from './networks/kube-proxy';
import { address6, BRIDGE, NODE, PODS } from './networks/one-node';

const client = 'node/default/client';
const dns = kubeProxy([
  { name: 'DNS', address: '10.0.0.10', port: 53, endpoints: [`${PODS.server1}:53`], protocol: 'udp' },
]);

testCases('UDP and ICMP', [
  {
    title: 'UDP: pod → service → pod',
    pods: ['client', 'server1'],
    node: dns,
    from: client,
    to: '10.0.0.10:53',
    protocol: 'udp',
    verdict: 'connected',
  },
  {
    title: 'UDP: node → service → pod, states',
    pods: ['server1'],
    node: `${dns}
filter OUTPUT -p udp -m conntrack --ctstate NEW
filter INPUT -p udp -m conntrack --ctstate ESTABLISHED
filter INPUT -p udp -m conntrack --ctstatus ASSURED
filter INPUT -p udp --sport 53 -m udp
filter INPUT -p udp --dport 53`,
    from: 'node',
    to: '10.0.0.10:53',
    protocol: 'udp',
    verdict: 'connected',
  },
  {
    title: 'UDP: OUTPUT drops: the sender is told',
    pods: ['server1'],
    node: 'filter OUTPUT -p udp --dport 53 -j DROP',
    from: 'node',
    to: `${PODS.server1}:53`,
    protocol: 'udp',
    verdict: 'dropped',
    error: 'EPERM',
  },
  {
    title: 'UDP: rejected where it is forwarded',
    pods: ['client', 'routed1'],
    node: 'filter FORWARD -p udp -j REJECT --reject-with icmp-admin-prohibited',
    from: client,
    to: `${PODS.routed1}:53`,
    protocol: 'udp',
    verdict: 'rejected',
    error: 'EHOSTUNREACH',
  },
  {
    title: 'ICMP: pod → node',
    pods: ['client'],
    node: `filter INPUT -p icmp -m icmp --icmp-type echo-request
filter INPUT -p icmp -m icmp --icmp-type echo-reply -j DROP
filter INPUT -p icmp -m conntrack --ctstate NEW
filter OUTPUT -p icmp -m icmp --icmp-type 0
filter OUTPUT -p icmp -m conntrack --ctstate ESTABLISHED`,
    from: client,
    to: NODE,
    protocol: 'icmp',
    verdict: 'connected',
  },
  {
    title: 'ICMP: DNAT and MASQUERADE',
    pods: ['client', 'routed1'],
    node: `nat PREROUTING -d 10.0.0.10 -j DNAT --to-destination ${PODS.routed1}
nat POSTROUTING -d ${PODS.routed1} -j SNAT --to-source ${NODE}`,
    from: client,
    to: '10.0.0.10',
    protocol: 'icmp',
    verdict: 'connected',
    source: NODE,
  },
  {
    title: 'ICMP: to an own address',
    node: 'filter INPUT -i lo -p icmp -j ACCEPT',
    from: 'node',
    to: BRIDGE,
    protocol: 'icmp',
    verdict: 'connected',
  },
  {
    title: 'ICMP: dropped',
    pods: ['client'],
    node: 'raw PREROUTING -p icmp -j DROP',
    from: client,
    to: BRIDGE,
    protocol: 'icmp',
    verdict: 'dropped',
  },
]);

const six = (pod: keyof typeof PODS): string => address6(PODS[pod]);
const legs6 = { ipv6: true, pods: ['client', 'server1'] } as const;

testCases('IPv6', [
  {
    ...legs6,
    title: 'pod → service → pod on the same bridge',
    node: `IPTABLES=ip6tables
${kubeProxy([{ name: 'WEB', address: 'fd10::9', port: 80, endpoints: [`[${six('server1')}]:80`] }])}`,
    from: client,
    to: '[fd10::9]:80',
    verdict: 'connected',
  },
  {
    ...legs6,
    title: 'node → service → pod',
    node: `IPTABLES=ip6tables
ip -6 route add fd10::/64 dev cni0
${kubeProxy([{ name: 'WEB', address: 'fd10::9', port: 80, endpoints: [`[${six('server1')}]:80`] }])}`,
    from: 'node',
    to: '[fd10::9]:80',
    verdict: 'connected',
  },
  {
    ...legs6,
    title: 'masqueraded and rejected',
    node: `IPTABLES=ip6tables
nat POSTROUTING -d ${six('server1')} -j MASQUERADE
filter FORWARD -s fd09::/64 -p tcp -m tcp --dport 81 -j REJECT
filter FORWARD -s fd09::/64 -p tcp -m tcp --dport 80 -j ACCEPT`,
    from: client,
    to: `[${six('server1')}]:80`,
    verdict: 'connected',
    source: `[${address6(BRIDGE)}]`,
  },
  {
    title: 'DNAT in PREROUTING to ::1 does not lead to lo',
    ipv6: true,
    pods: ['client'],
    serves: ['tcp [::]:8080'],
    node: 'ip6tables -t nat -A PREROUTING -p tcp -j DNAT --to-destination [::1]:8080\nip6tables -A INPUT -p tcp',
    from: client,
    to: `[${address6(BRIDGE)}]:80`,
    verdict: ['unroutable', 'dropped'],
  },
  {
    ...legs6,
    title: 'DNAT in the bridge of a node that does not forward: the frame stays on the bridge',
    node: `sysctl -qw net.ipv6.conf.all.forwarding=0
ip6tables -t nat -A PREROUTING -d fd10::9 -p tcp -j DNAT --to-destination [${six('server1')}]:80`,
    from: client,
    to: '[fd10::9]:80',
    verdict: 'connected',
  },
  {
    title: 'rejected by a rule of ip6tables, though iptables accepts all',
    ipv6: true,
    pods: ['client', 'routed1'],
    node: 'ip6tables -A FORWARD -p tcp -j REJECT',
    from: client,
    to: `[${six('routed1')}]:80`,
    verdict: 'rejected',
    error: 'ECONNREFUSED',
    // The error comes while connect() still holds the socket; the next SYN is refused again.
    seconds: 1.4,
  },
  {
    ...legs6,
    title: 'echo',
    node: 'ip6tables -A INPUT -p icmpv6 -m icmp6 --icmpv6-type echo-reply -j ACCEPT',
    from: 'node',
    to: six('server1'),
    protocol: 'icmp',
    verdict: 'connected',
  },
  {
    title: 'routed between two interfaces',
    ipv6: true,
    pods: ['client', 'routed1'],
    node: 'ip6tables -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT',
    from: client,
    to: `[${six('routed1')}]:80`,
    verdict: 'connected',
  },
  {
    title: 'masqueraded out of an interface without a global address: the source is the one most alike',
    ipv6: true,
    pods: ['client', 'routed1'],
    node: `IPTABLES=ip6tables
ip addr add fd77::1/64 dev eth0
nat POSTROUTING -o veth-routed1 -j MASQUERADE`,
    from: client,
    to: `[${six('routed1')}]:80`,
    verdict: 'connected',
    source: `[${address6(BRIDGE)}]`,
  },
  {
    title: 'redirected on an interface that has a link-local address alone',
    ipv6: true,
    pods: ['routed1'],
    serves: ['tcp [::]:8080'],
    node: `IPTABLES=ip6tables
nat PREROUTING -p tcp -j REDIRECT --to-ports 8080`,
    from: 'node/default/routed1',
    to: '[fd10::9]:80',
    verdict: 'connected',
  },
  {
    title: 'addrtype: a local address is UNICAST as well',
    ipv6: true,
    pods: ['client'],
    serves: ['tcp [::]:80'],
    node: `IPTABLES=ip6tables
filter INPUT -m addrtype ! --dst-type UNICAST -j DROP
filter INPUT -m addrtype --dst-type UNICAST,LOCAL
filter INPUT -m addrtype --dst-type MULTICAST -j DROP
filter INPUT -m addrtype --src-type LOCAL -j DROP`,
    from: client,
    to: `[${address6(BRIDGE)}]:80`,
    verdict: 'connected',
  },
  {
    title: 'the socket keeps the route that was looked up before it had a source',
    ipv6: true,
    pods: ['routed1'],
    node: `ip addr add fd77::1/64 dev eth0
ip -6 rule add from fd77::1 to ${six('routed1')} unreachable
ip -6 route replace ${six('routed1')} dev veth-routed1 src fd77::1`,
    from: 'node',
    to: `[${six('routed1')}]:80`,
    verdict: 'connected',
    source: '[fd77::1]',
  },
  {
    title: 'a route over lo, which refuses, on a host that does not forward: it is told of that all the same',
    ipv6: true,
    pods: ['client'],
    node: 'sysctl -qw net.ipv6.conf.all.forwarding=0\nip -6 route add fd77::/64 dev lo',
    from: 'node/default/client',
    to: 'fd77::7',
    protocol: 'icmp',
    verdict: 'unroutable',
  },
  {
    title: 'not forwarded: all.forwarding is 0',
    ipv6: true,
    pods: ['client', 'routed1'],
    node: 'sysctl -qw net.ipv6.conf.all.forwarding=0',
    from: client,
    to: `[${six('routed1')}]:80`,
    verdict: 'dropped',
  },
  {
    title: 'echo: a raw socket keeps the route that was looked up before it had a source, too',
    ipv6: true,
    pods: ['routed1'],
    node: `ip addr add fd77::1/64 dev eth0
ip -6 rule add from fd77::1 to ${six('routed1')} unreachable
ip -6 route replace ${six('routed1')} dev veth-routed1 src fd77::1`,
    from: 'node',
    to: six('routed1'),
    protocol: 'icmp',
    verdict: 'connected',
  },
]);

onNetwork('UDP and ICMP through the founding case', oracle('tun'), (network) => {
  for (const protocol of ['udp', 'icmp'] as const)
    for (const [worker, masquerade, verdict] of [
      ['1', false, 'no-reply'],
      ['0', false, 'connected'],
      ['1', true, 'connected'],
    ] as const)
      it(`${protocol}, rp_filter ${worker} on the worker${masquerade ? ', MASQUERADE' : ''}`, async () => {
        await setRpFilter(network(), 'worker', worker, 'flannel0');
        const rules = ['OUTPUT -d 10.0.0.103 -j DNAT --to-destination 10.1.63.3'];
        if (masquerade) rules.push('POSTROUTING -o flannel0 -j MASQUERADE');
        await network().run('worker', rules.map((rule) => `nat ${rule}`).join('\n'));
        try {
          const to = protocol === 'udp' ? '10.0.0.103:53' : '10.0.0.103';
          assert.equal((await check(network(), { from: 'worker', to, protocol })).verdict, verdict);
        } finally {
          await network().run('worker', rules.map((rule) => `iptables -t nat -D ${rule}`).join('\n'));
        }
      });
});
