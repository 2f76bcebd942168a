import { testCases } from './lab/cases';
import { kubeProxy } from './networks/kube-proxy';
import { BRIDGE, NODE, PODS } from './networks/one-node';

const server = `${PODS.server1}:80`;
const nodePort = kubeProxy([{ name: 'WEB', address: '10.0.0.9', port: 80, endpoints: [server], nodePort: 30080 }]);
const three = kubeProxy([
  { name: 'WEB', address: '10.0.0.9', port: 80, endpoints: [server, `${PODS.server2}:80`, `${PODS.server3}:80`] },
]);

testCases('services', [
  {
    title: 'three endpoints: one of them is drawn',
    pods: ['client', 'server1', 'server2', 'server3'],
    node: three,
    from: 'node/default/client',
    to: '10.0.0.9:80',
    verdict: 'connected',
    times: 5,
  },
  {
    title: 'three endpoints, one of which drops what comes: as the draw falls',
    pods: ['server1', 'server2'],
    node: `${three}\nip route add blackhole ${PODS.server3}`,
    from: 'node',
    to: '10.0.0.9:80',
    verdict: ['connected', 'dropped'],
    times: 3,
  },
  {
    title: 'pod → node port',
    pods: ['client', 'server1'],
    node: nodePort,
    from: 'node/default/client',
    to: `${NODE}:30080`,
    verdict: 'connected',
    source: BRIDGE,
  },
  {
    title: 'node → node port on its own address',
    pods: ['server1'],
    node: nodePort,
    from: 'node',
    to: `${NODE}:30080`,
    verdict: 'connected',
  },
  {
    title: 'node → node port on 127.0.0.1, route_localnet 0: it may not leave by cni0',
    pods: ['server1'],
    node: nodePort,
    from: 'node',
    to: '127.0.0.1:30080',
    verdict: 'dropped',
  },
  {
    title: 'node → node port on 127.0.0.1, route_localnet 1',
    pods: ['server1'],
    node: `${nodePort}\nsysctl -qw net.ipv4.conf.all.route_localnet=1`,
    from: 'node',
    to: '127.0.0.1:30080',
    verdict: 'connected',
    source: BRIDGE,
  },
  {
    title: 'node → node port on 127.0.0.1, route_localnet 1 but not masqueraded',
    pods: ['server1'],
    node: `${nodePort}\nsysctl -qw net.ipv4.conf.all.route_localnet=1\niptables -t nat -F KUBE-MARK-MASQ`,
    from: 'node',
    to: '127.0.0.1:30080',
    verdict: 'dropped',
  },
  {
    title: 'a service without endpoints is rejected by the node',
    node: 'filter OUTPUT -d 10.0.0.9 -p tcp -m comment --comment "default/web has no endpoints" -m tcp --dport 80 -j REJECT',
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'rejected',
    error: 'ECONNREFUSED',
  },
  {
    title: 'pod with an interface of its own → service → pod on the bridge',
    pods: ['routed1', 'server1'],
    node: nodePort,
    from: 'node/default/routed1',
    to: '10.0.0.9:80',
    verdict: 'connected',
    source: PODS.routed1,
  },
  {
    title: 'pod with an interface of its own → service → itself, masqueraded by an address of another interface',
    pods: ['routed1'],
    node: kubeProxy([{ name: 'WEB', address: '10.0.0.9', port: 80, endpoints: [`${PODS.routed1}:80`] }]),
    from: 'node/default/routed1',
    to: '10.0.0.9:80',
    verdict: 'connected',
  },
]);
