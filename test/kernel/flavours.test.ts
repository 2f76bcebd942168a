import { testCases } from './lab/cases';
import { kubeProxy } from './networks/kube-proxy';
import { BRIDGE, PODS } from './networks/one-node';

const service = kubeProxy([{ name: 'WEB', address: '10.0.0.9', port: 80, endpoints: [`${PODS.server1}:80`] }]);
const client = 'node/default/client';
const legacy = 'IPTABLES=iptables-legacy\n';

testCases('flavours of iptables', [
  {
    title: 'legacy alone: a service',
    flavours: ['legacy'],
    pods: ['client', 'server1'],
    node: legacy + service,
    from: client,
    to: '10.0.0.9:80',
    verdict: 'connected',
    source: PODS.client,
  },
  {
    title: 'legacy alone: chains, returns and policies',
    flavours: ['legacy'],
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: `${legacy}chain filter A B
iptables-legacy -P INPUT DROP
filter INPUT -p tcp -j A
filter INPUT -p tcp --dport 80 -j RETURN
filter A -p tcp -g B
filter B -p tcp
filter B -j RETURN`,
    from: client,
    to: `${BRIDGE}:80`,
    verdict: 'dropped',
  },
  {
    title: "legacy's security table comes before nat: it sees the pod's address",
    flavours: ['legacy'],
    pods: ['server1'],
    node: `${legacy}nat OUTPUT -d 10.0.0.9 -p tcp --dport 80 -j DNAT --to-destination ${PODS.server1}:80
security INPUT -s ${PODS.server1} -j ACCEPT
security INPUT -s 10.0.0.9 -j DROP`,
    from: 'node',
    to: '10.0.0.9:80',
    verdict: 'connected',
  },
  {
    title: 'both: DNAT by nft, dropped by legacy',
    flavours: ['nft', 'legacy'],
    pods: ['client', 'server1'],
    node: `${service}${legacy}filter FORWARD -d ${PODS.server1} -p tcp --dport 80 -j DROP`,
    from: client,
    to: '10.0.0.9:80',
    verdict: 'dropped',
  },
  {
    title: 'both: DNAT by legacy, accepted by nft',
    flavours: ['nft', 'legacy'],
    pods: ['client', 'server1'],
    node: `iptables -P FORWARD DROP
filter FORWARD -d 10.9.0.0/24 -j ACCEPT
${legacy}${service}`,
    from: client,
    to: '10.0.0.9:80',
    verdict: 'connected',
  },
  {
    title: 'both: connection tracking that legacy needs makes the nat chains of nft count',
    flavours: ['nft', 'legacy'],
    pods: ['client'],
    serves: ['tcp 0.0.0.0:80'],
    node: `nat PREROUTING -p tcp
nat POSTROUTING -p tcp
${legacy}filter INPUT -m conntrack --ctstate NEW -j ACCEPT`,
    from: client,
    to: `${BRIDGE}:80`,
    verdict: 'connected',
  },
  {
    title: 'both: which of them is asked first is not known; here it is the one that came last',
    flavours: ['nft', 'legacy'],
    pods: ['client', 'server1'],
    node: `filter FORWARD -p tcp -j REJECT
${legacy}filter FORWARD -p tcp -j DROP`,
    from: client,
    to: `${PODS.server1}:80`,
    verdict: 'dropped',
    unknowns: ['table filter of nft is asked first on node', 'table filter of legacy is asked first on node'],
  },
  {
    title: 'both: a local packet is routed anew after each of them',
    flavours: ['nft', 'legacy'],
    pods: ['server1'],
    node: `mangle OUTPUT -p icmp
iptables-legacy -t mangle -A OUTPUT -p icmp -j MARK --set-mark 2
ip rule add priority 100 fwmark 0x2 prohibit`,
    from: 'node',
    to: PODS.server1,
    protocol: 'icmp',
    verdict: 'unroutable',
    error: 'EACCES',
  },
]);
