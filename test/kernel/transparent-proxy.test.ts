import { testCases } from './lab/cases';
import { BRIDGE, PODS } from './networks/one-node';

const client = 'node/default/routed1';
/** Nobody's: where its packets would go without the proxy, no one answers. */
const abroad = '10.0.0.9:80';
const proxy = 'mangle PREROUTING -p tcp -j TPROXY --on-port 15006 --tproxy-mark 0x1/0x1';
const local =
  'ip addr add 169.254.9.1/32 dev veth-routed1\nip rule add fwmark 1 lookup 100\nip route add local default dev lo table 100';
/** ss does not tell which sockets are transparent. */
const either = (place: string): string[] => [
  `the socket on ${place} of node is transparent (IP_TRANSPARENT)`,
  `the socket on ${place} of node is not transparent, and TPROXY drops the packet`,
];

testCases('TPROXY', [
  {
    title: 'a transparent socket takes the packet under the address that it was sent to',
    pods: ['routed1'],
    serves: ['transparent 0.0.0.0:15006'],
    node: `${proxy}\n${local}`,
    from: client,
    to: abroad,
    unknowns: either('169.254.9.1:15006'),
    verdict: 'connected',
    source: PODS.routed1,
  },
  {
    title: 'at the address that the rule names',
    pods: ['routed1'],
    serves: ['transparent 127.0.0.1:15006'],
    node: `${proxy} --on-ip 127.0.0.1\n${local}`,
    from: client,
    to: abroad,
    unknowns: either('127.0.0.1:15006'),
    verdict: 'connected',
  },
  {
    title: 'what it took before is marked by what tracking says, as meshes do',
    pods: ['routed1'],
    serves: ['transparent 0.0.0.0:15006'],
    node: `chain mangle DIVERT
mangle PREROUTING -p tcp -m conntrack --ctstate RELATED,ESTABLISHED -j DIVERT
mangle DIVERT -j MARK --set-mark 1
mangle DIVERT -j ACCEPT
${proxy}
${local}`,
    from: client,
    to: abroad,
    unknowns: either('169.254.9.1:15006'),
    verdict: 'connected',
  },
  {
    title: 'a socket that is not transparent takes nothing: the packet is dropped',
    pods: ['routed1'],
    serves: ['tcp 0.0.0.0:15006'],
    node: `${proxy}\n${local}`,
    from: client,
    to: abroad,
    unknowns: either('169.254.9.1:15006'),
    verdict: 'dropped',
  },
  {
    title: 'nobody listens: the packet is dropped, and not refused',
    pods: ['routed1'],
    node: `${proxy}\n${local}`,
    from: client,
    to: abroad,
    verdict: 'dropped',
  },
  {
    title: 'no route makes the address local: what belongs to a socket is not passed on',
    pods: ['routed1'],
    serves: ['transparent 0.0.0.0:15006'],
    node: `ip addr add 169.254.9.1/32 dev veth-routed1\n${proxy}`,
    from: client,
    to: abroad,
    unknowns: either('169.254.9.1:15006'),
    verdict: 'dropped',
  },
  {
    title: 'what TPROXY does in a bridge is forgotten when the packet leaves it',
    pods: ['client'],
    serves: ['transparent 0.0.0.0:15006'],
    node: `${proxy}\nip rule add fwmark 1 lookup 100\nip route add local default dev lo table 100`,
    from: 'node/default/client',
    to: abroad,
    unknowns: either(`${BRIDGE}:15006`),
    verdict: 'dropped',
  },
  {
    title: "replies to the node's own connections have a socket, which is not transparent",
    pods: ['server1'],
    serves: ['transparent 0.0.0.0:15006'],
    node: `${proxy}\nip rule add fwmark 1 lookup 100\nip route add local default dev lo table 100`,
    from: 'node',
    to: `${PODS.server1}:80`,
    verdict: 'no-reply',
  },
]);
