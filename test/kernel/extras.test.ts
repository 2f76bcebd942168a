import assert from 'node:assert/strict';
import { it } from 'node:test';
import { check } from './lab/check';
import { onNetwork } from './lab/suite';
import { oracle, setRpFilter } from './networks/founding-case';

/** What else cures or causes the founding case: repro-extras.txt, all from the worker to service 10.0.0.103. */
interface Extra {
  readonly title: string;
  /** rp_filter of worker and master. */
  readonly rpFilter: readonly [string, string];
  /** Commands by node, and what takes them back. */
  readonly on: 'worker' | 'master';
  readonly make: string;
  readonly undo: string;
  /** The published outcome: the address that the server saw, or how it failed. */
  readonly published: string;
  /** What the tracer has to say that it does not simulate. */
  readonly notSimulated?: string;
}

const STRICT = ['1', '1'] as const;
const LAX = ['0', '0'] as const;
const worker = { on: 'worker', rpFilter: STRICT } as const;

const EXTRAS: readonly Extra[] = [
  { ...worker, title: 'nothing', make: '', undo: '', published: 'timeout' },
  {
    ...worker,
    title: "flannel's own rule since 0.5.4",
    make: 'nat POSTROUTING ! -s 10.1.0.0/16 -d 10.1.0.0/16 -j MASQUERADE',
    undo: 'iptables -t nat -D POSTROUTING ! -s 10.1.0.0/16 -d 10.1.0.0/16 -j MASQUERADE',
    published: '10.1.12.0',
  },
  {
    ...worker,
    title: 'kube-proxy --cluster-cidr: marked in KUBE-SERVICES, masqueraded in KUBE-POSTROUTING',
    make: 'iptables -t nat -I KUBE-SERVICES ! -s 10.1.0.0/16 -d 10.0.0.103 -p tcp --dport 80 -j KUBE-MARK-MASQ',
    undo: 'iptables -t nat -D KUBE-SERVICES 1',
    published: '10.1.12.0',
  },
  {
    ...worker,
    title: 'a route to the service addresses: the source is chosen from flannel0, without NAT',
    make: 'ip route add 10.0.0.0/24 dev flannel0',
    undo: 'ip route del 10.0.0.0/24',
    published: '10.1.12.0',
  },
  {
    ...worker,
    title: 'conf.all.rp_filter=2 on both',
    rpFilter: ['2:1:1', '2:1:1'],
    make: '',
    undo: '',
    published: '192.168.1.12',
  },
  {
    ...worker,
    title: "flannel's nftables, whose third rule shadows the last",
    make: `nft -f - <<'X'
table ip flannel-ipv4 { chain postrtg { type nat hook postrouting priority 100;
 ip saddr 10.1.12.0/24 ip daddr 10.1.0.0/16 return
 ip saddr 10.1.0.0/16 ip daddr 10.1.12.0/24 return
 ip saddr != 10.1.12.0/24 ip daddr 10.1.0.0/16 return
 ip saddr 10.1.0.0/16 ip daddr != 224.0.0.0/4 masquerade
 ip saddr != 10.1.0.0/16 ip daddr 10.1.0.0/16 masquerade
}
}
X`,
    undo: 'nft delete table ip flannel-ipv4',
    published: 'timeout',
    notSimulated: 'nftables table ip flannel-ipv4 of worker is not simulated',
  },
  {
    ...worker,
    title: "tc's clsact on the worker, where programs may be",
    rpFilter: LAX,
    make: 'tc qdisc add dev eth0 clsact',
    undo: 'tc qdisc del dev eth0 clsact',
    published: '192.168.1.12',
    notSimulated:
      'filters or eBPF programs of tc at eth0 of worker may drop, change or redirect packets: they are not simulated',
  },
  {
    ...worker,
    title: "the worker's INPUT drops INVALID: harmless",
    rpFilter: LAX,
    make: 'filter INPUT -m conntrack --ctstate INVALID -j DROP',
    undo: 'iptables -F INPUT',
    published: '192.168.1.12',
  },
  {
    ...worker,
    title: "the worker's INPUT accepts ESTABLISHED on flannel0 only",
    rpFilter: LAX,
    make: `iptables -P INPUT DROP
filter INPUT -p udp --dport 8285 -j ACCEPT
filter INPUT -i flannel0 -m conntrack --ctstate ESTABLISHED -j ACCEPT`,
    undo: 'iptables -F INPUT; iptables -P INPUT ACCEPT',
    published: 'timeout',
  },
  {
    ...worker,
    title: 'a conntrack zone for an interface of the worker',
    rpFilter: LAX,
    make: 'raw PREROUTING -i eth0 -j CT --zone 2',
    undo: 'iptables -t raw -D PREROUTING -i eth0 -j CT --zone 2',
    published: 'timeout',
  },
  {
    title: 'the master does not track the SYN: what follows is NEW, and masqueraded by Docker',
    on: 'master',
    rpFilter: LAX,
    make: 'raw PREROUTING -i flannel0 -j CT --notrack',
    undo: 'iptables -t raw -D PREROUTING -i flannel0 -j CT --notrack',
    published: 'timeout',
  },
  {
    title: "the master's FORWARD policy is DROP, as Docker 1.13 sets it",
    on: 'master',
    rpFilter: LAX,
    make: 'iptables -P FORWARD DROP',
    undo: 'iptables -P FORWARD ACCEPT',
    published: 'timeout',
  },
  {
    ...worker,
    title: 'no route to the service address: connect() fails before any hook',
    rpFilter: LAX,
    make: 'ip route del default',
    undo: 'ip route add default via 192.168.1.1',
    published: 'ENETUNREACH',
  },
];

onNetwork('other cures and other causes', oracle('tun'), (network) => {
  for (const { title, rpFilter, on, make, undo, published, notSimulated } of EXTRAS)
    it(title, async () => {
      await setRpFilter(network(), 'worker', rpFilter[0], 'flannel0');
      await setRpFilter(network(), 'master', rpFilter[1], 'flannel0');
      await network().run(on, make);
      try {
        const notes = notSimulated === undefined ? [] : [notSimulated];
        const { verdict, source, client } = await check(network(), { from: 'worker', to: '10.0.0.103:80' }, notes);
        const server = source?.split(':')[0];
        assert.equal(client.error ?? (verdict === 'connected' ? server : 'timeout'), published);
      } finally {
        await network().run(on, undo);
      }
    });
});
