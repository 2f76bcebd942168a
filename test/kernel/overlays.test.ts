import { testPlans } from './lab/cases';
import { oracle } from './networks/founding-case';

const service = '10.0.0.103:80';
const onlyEstablished = `
iptables -P INPUT DROP
filter INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`;
const strict = { more: 'sysctl -qw net.ipv4.conf.all.rp_filter=1' };
const masquerading = { masqueradeAll: true };
/** The master's flannel.1 made anew, as flanneld does for another network config, which the worker's has not read yet. */
const remade = (id: string, port: string): string => `
ip link del flannel.1
ip link add flannel.1 address 02:00:00:00:00:63 type vxlan ${id} local 192.168.1.11 dev eth0 ${port} nolearning
ip addr add 10.1.63.0/32 dev flannel.1
ip link set flannel.1 up
ip route add 10.1.12.0/24 via 10.1.12.0 dev flannel.1 onlink`;

testPlans('overlays', [
  {
    title: 'host-gw: request and reply take the same way, strict rp_filter or not',
    plan: oracle('host-gw', strict, strict),
    from: 'worker',
    to: service,
    verdict: 'connected',
    source: '192.168.1.12',
  },
  {
    title: 'host-gw: pod → pod on the other node',
    plan: oracle('host-gw', strict, strict),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'connected',
  },
  {
    title: 'host-gw: the port that NAT draws is one that an attempt elsewhere has had',
    plan: oracle('host-gw', { more: 'nat POSTROUTING -p tcp -j MASQUERADE --to-ports 20001-20002 --random' }),
    from: 'worker',
    to: service,
    verdict: 'connected',
    source: '192.168.1.12',
  },
  {
    title: 'tun: pod → pod on the other node',
    plan: oracle('tun', strict, strict),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'connected',
    source: '10.1.12.0',
  },
  {
    title: 'vxlan: pod → service on the other node',
    plan: oracle('vxlan', strict, strict),
    from: 'worker/default/alpine',
    to: service,
    verdict: 'connected',
  },
  {
    title: 'vxlan: the mark of the inner packet is on the outer one, which kube-proxy then masquerades, too',
    plan: oracle('vxlan', { proxy: masquerading }),
    from: 'worker',
    to: service,
    verdict: 'connected',
    source: '10.1.12.0',
  },
  {
    title: 'vxlan: a mark that the outer packet gets at the far end is on the inner one',
    plan: oracle(
      'vxlan',
      {},
      { more: 'mangle INPUT -p udp -j MARK --set-mark 0x2\nmangle FORWARD -m mark --mark 0x2 -j DROP' },
    ),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'dropped',
  },
  {
    title: 'tun: the outer packet has no mark',
    plan: oracle('tun', { proxy: masquerading, more: 'mangle OUTPUT -p udp -m mark --mark 0x4000/0x4000 -j DROP' }),
    from: 'worker',
    to: service,
    verdict: 'connected',
    source: '10.1.12.0',
  },
  {
    title: 'vxlan: INPUT takes replies alone, and a packet back is none',
    plan: oracle('vxlan', { proxy: masquerading, more: onlyEstablished }),
    from: 'worker',
    to: service,
    verdict: 'no-reply',
  },
  {
    title: 'tun: INPUT takes replies alone, and a packet back is one',
    plan: oracle('tun', { proxy: masquerading, more: onlyEstablished }),
    from: 'worker',
    to: service,
    verdict: 'connected',
  },
  {
    title: 'vxlan: INPUT of the other node does not take the outer packet',
    plan: oracle('vxlan', {}, { more: onlyEstablished }),
    from: 'worker',
    to: service,
    verdict: 'dropped',
  },
  {
    title: 'tun: OUTPUT drops the outer packet',
    plan: oracle('tun', { more: 'filter OUTPUT -p udp --dport 8285 -j DROP' }),
    from: 'worker',
    to: service,
    verdict: 'dropped',
  },
  {
    title: 'tun: the RST of a closed port comes in on eth0, where the strict worker drops it',
    plan: oracle('tun', {
      more: `${strict.more}
nat OUTPUT -d 10.0.0.109 -p tcp --dport 80 -j DNAT --to-destination 10.1.63.3:81`,
    }),
    from: 'worker',
    to: '10.0.0.109:80',
    verdict: 'no-reply',
  },
  {
    title: 'vxlan: a circular route, of the outer packet into the tunnel itself',
    plan: oracle('vxlan', {
      more: 'ip route add default dev flannel.1 table 100\nip rule add to 192.168.1.11 lookup 100',
    }),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'dropped',
  },
  {
    title: 'vxlan: the outer packet has the socket of the sender',
    plan: oracle('vxlan', {
      more: 'filter OUTPUT -p udp -m owner --socket-exists\nfilter OUTPUT -p udp -m owner ! --socket-exists -j DROP',
    }),
    from: 'worker',
    to: '10.1.63.3:80',
    verdict: 'connected',
  },
  {
    title: 'vxlan: the other node has another number, and what takes it out there is none of it',
    plan: oracle('vxlan', {}, { more: remade('id 2', 'dstport 8472') }),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'dropped',
  },
  {
    title: 'vxlan: the other node has another port',
    plan: oracle('vxlan', {}, { more: remade('id 1', 'dstport 4789') }),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'dropped',
  },
  {
    title: 'vxlan: the interface that is to take it out is down',
    plan: oracle('vxlan', {}, { more: 'ip link set flannel.1 down' }),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'dropped',
  },
  {
    title: 'tun: the interface that is to take it out is down',
    plan: oracle('tun', {}, { more: 'ip link set flannel0 down' }),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'dropped',
  },
  {
    title: 'tun: flanneld sends from the address that its socket is bound to, not from what the route prefers',
    plan: oracle('tun', {
      more: `ip addr add 192.168.1.13/24 dev eth0
ip route replace 192.168.1.11/32 dev eth0 src 192.168.1.13
filter OUTPUT -s 192.168.1.13 -p udp --dport 8285 -j DROP`,
    }),
    from: 'worker/default/alpine',
    to: '10.1.63.3:80',
    verdict: 'connected',
  },
]);
