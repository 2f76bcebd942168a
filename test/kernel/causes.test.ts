import { testCases } from './lab/cases';
import { BRIDGE, NODE, PODS } from './networks/one-node';

const service = (endpoint: string): string => `nat PREROUTING -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to ${endpoint}:80
nat OUTPUT -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to ${endpoint}:80`;

/* Causes that findings name, and what the kernel makes of them. */
testCases('causes', [
  {
    title: 'a broadcast entry of table local comes before the one of the address itself',
    pods: [],
    node: `ip addr add 10.7.7.1/24 dev lo
ip route add table local broadcast 10.7.7.7 dev cni0
ip route append table local local 10.7.7.7 dev lo`,
    from: 'node',
    to: '10.7.7.7:80',
    verdict: 'unroutable',
    error: 'ENETUNREACH',
  },
  {
    title: 'an address of the node is in no local table: its own packets look for it on the bridge',
    pods: ['client'],
    node: `ip addr add 10.9.0.77/32 dev eth0
ip route del table local local 10.9.0.77`,
    from: 'node',
    to: '10.9.0.77:80',
    verdict: 'dropped',
  },
  {
    title: 'the request of a pod to a service is not tracked: nobody has the service address',
    pods: ['client', 'server1'],
    node: `${service(PODS.server1)}
ip route add blackhole 10.0.0.9
raw PREROUTING -d 10.0.0.9 -j CT --notrack`,
    from: 'node/default/client',
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'a pod is its own endpoint, and nobody masquerades: it drops its own address',
    pods: ['client'],
    node: `bridge link set dev veth-client hairpin on
${service(PODS.client)}`,
    from: 'node/default/client',
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'the cure: what the pod sends to itself is masqueraded',
    pods: ['client'],
    node: `bridge link set dev veth-client hairpin on
${service(PODS.client)}
nat POSTROUTING -s ${PODS.client}/32 -d ${PODS.client}/32 -j MASQUERADE`,
    from: 'node/default/client',
    to: '10.0.0.9:80',
    verdict: 'connected',
    source: BRIDGE,
  },
  {
    title: 'pods of one bridge, bridged past iptables: the reply keeps the address of the endpoint',
    pods: ['client', 'server1'],
    node: `sysctl -qw net.bridge.bridge-nf-call-iptables=0
${service(PODS.server1)}`,
    from: 'node/default/client',
    to: '10.0.0.9:80',
    verdict: 'no-reply',
  },
  {
    title: 'what table raw drops, no rule of filter can accept; and it does not know connections yet',
    pods: ['client', 'server1'],
    node: `raw PREROUTING -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
raw PREROUTING -s ${PODS.server1} -j DROP
filter FORWARD -j ACCEPT`,
    from: 'node/default/client',
    to: `${PODS.server1}:80`,
    verdict: 'no-reply',
  },
  {
    title: 'a legacy rule of yesterday drops what a rule of nft accepts',
    pods: ['server1'],
    flavours: ['nft', 'legacy'],
    node: `filter OUTPUT -d ${PODS.server1} -j ACCEPT
IPTABLES=iptables-legacy filter OUTPUT -d ${PODS.server1} -p tcp --dport 80 -j DROP`,
    from: 'node',
    to: `${PODS.server1}:80`,
    verdict: 'dropped',
  },
  {
    title: 'a NodePort is DNATed, and FORWARD drops it',
    pods: ['client', 'server1', 'routed1'],
    node: `nat PREROUTING -d ${NODE} -p tcp --dport 30080 -j DNAT --to ${PODS.routed1}:80
iptables -P FORWARD DROP`,
    from: 'node/default/client',
    to: `${NODE}:30080`,
    verdict: 'dropped',
  },
  {
    title: 'the cure of it: what flannel accepts for its network',
    pods: ['client', 'routed1'],
    node: `nat PREROUTING -d ${NODE} -p tcp --dport 30080 -j DNAT --to ${PODS.routed1}:80
iptables -P FORWARD DROP
filter FORWARD -s 10.9.0.0/24 -j ACCEPT
filter FORWARD -d 10.9.0.0/24 -j ACCEPT`,
    from: 'node/default/client',
    to: `${NODE}:30080`,
    verdict: 'connected',
  },
]);
