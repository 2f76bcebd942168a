import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { trace } from '../../src/core/trace/trace';
import { collect } from './lab/collect';
import { carry } from './lab/full-segment';
import { Network } from './lab/network';
import { oneNode, type PodName, PODS } from './networks/one-node';

/** A full segment over Ethernet: 1500 bytes with its headers and time stamps. */
const FULL = 1448;
/** The far end of a cable takes less, and says so to nobody. */
const NARROW = 'ip link set veth-routed1 mtu 1400';
const SERVICE = `nat PREROUTING -d 10.0.0.9 -p tcp -j DNAT --to ${PODS.routed1}`;

interface Case {
  readonly title: string;
  readonly client: PodName;
  readonly server: PodName;
  readonly node: string;
  /** The server's address as the client knows it, where it is another. */
  readonly address?: string;
  readonly from: 'client' | 'server';
  readonly finding: 'mtu-signalled' | 'pmtu-black-hole' | undefined;
  readonly says?: RegExp;
}

const CASES: readonly Case[] = [
  {
    title: 'what does not fit the way out is answered by ICMP',
    client: 'client',
    server: 'routed1',
    node: NARROW,
    from: 'client',
    finding: 'mtu-signalled',
  },
  {
    title: 'a route may have an MTU of its own',
    client: 'client',
    server: 'routed1',
    node: `ip route replace ${PODS.routed1} dev veth-routed1 scope link mtu lock 1300`,
    from: 'client',
    finding: 'mtu-signalled',
  },
  {
    title: 'the ICMP message is dropped where it is made',
    client: 'client',
    server: 'routed1',
    node: `${NARROW}\nfilter OUTPUT -p icmp -j DROP`,
    from: 'client',
    finding: 'pmtu-black-hole',
    says: /lost: -A OUTPUT -p icmp -j DROP/,
  },
  {
    title: 'it is RELATED to the connection that it is about',
    client: 'client',
    server: 'routed1',
    node: `${NARROW}\nfilter OUTPUT -p icmp -m conntrack --ctstate RELATED -j ACCEPT\nfilter OUTPUT -p icmp -j DROP`,
    from: 'client',
    finding: 'mtu-signalled',
  },
  {
    title: 'the packet in it is put back by NAT: the client knows the service alone',
    client: 'client',
    server: 'routed1',
    node: `${NARROW}\n${SERVICE}`,
    address: '10.0.0.9',
    from: 'client',
    finding: 'mtu-signalled',
  },
  {
    title: 'what a raw rule would leave untracked has its connection already',
    client: 'client',
    server: 'routed1',
    node: `${NARROW}\n${SERVICE}\nraw OUTPUT -p icmp -j CT --notrack`,
    address: '10.0.0.9',
    from: 'client',
    finding: 'mtu-signalled',
  },
  {
    title: 'and where the request is masqueraded as well',
    client: 'client',
    server: 'routed1',
    node: `${NARROW}\n${SERVICE}\nnat POSTROUTING -o veth-routed1 -j MASQUERADE`,
    address: '10.0.0.9',
    from: 'client',
    finding: 'mtu-signalled',
  },
  {
    title: 'a port of a bridge drops longer frames without a word',
    client: 'client',
    server: 'server1',
    node: 'ip link set cni0 mtu 1500\nip link set veth-server1 mtu 1400',
    from: 'client',
    finding: 'pmtu-black-hole',
    says: /without a word/,
  },
  {
    title: 'a longer frame by the size of a VLAN tag still passes',
    client: 'client',
    server: 'server1',
    node: 'ip link set cni0 mtu 1500\nip link set veth-server1 mtu 1496\nsysctl -qw net.bridge.bridge-nf-call-iptables=0',
    from: 'client',
    finding: undefined,
  },
  {
    title: 'unless br_netfilter looks at it',
    client: 'client',
    server: 'server1',
    node: 'ip link set cni0 mtu 1500\nip link set veth-server1 mtu 1496',
    from: 'client',
    finding: 'pmtu-black-hole',
    says: /without a word/,
  },
  {
    title: 'what the server sends does not fit the way back to the client',
    client: 'routed1',
    server: 'server1',
    node: NARROW,
    from: 'server',
    finding: 'mtu-signalled',
  },
  {
    title: 'the same behind the address of a service, and INPUT of the server is none of it',
    client: 'routed1',
    server: 'server1',
    node: `${NARROW}\nnat PREROUTING -d 10.0.0.9 -p tcp -j DNAT --to ${PODS.server1}`,
    address: '10.0.0.9',
    from: 'server',
    finding: 'mtu-signalled',
  },
  {
    title: 'a clamped segment size fits',
    client: 'client',
    server: 'routed1',
    node: `${NARROW}\nfilter OUTPUT -p icmp -j DROP\nmangle FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu`,
    from: 'client',
    finding: undefined,
  },
  {
    title: 'a segment size that a rule sets fits',
    client: 'client',
    server: 'routed1',
    node: `${NARROW}\nfilter OUTPUT -p icmp -j DROP\nmangle FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1360`,
    from: 'client',
    finding: undefined,
  },
];

describe('full segments', { concurrency: 1 }, () => {
  for (const one of CASES)
    it(one.title, async () => {
      const { client, server, node, address = PODS[server], from, finding, says = /./ } = one;
      const network = await Network.build({ ...oneNode({ pods: [client, server], node }), unwatched: true });
      try {
        const result = trace(await collect(network), { from: `node/default/${client}`, to: `${address}:80` });
        assert.ok('value' in result);
        const [outcome, ...others] = result.value.outcomes;
        assert.equal(outcome?.verdict, 'connected');
        assert.equal(others.length, 0);
        const found = outcome.findings.filter(
          ({ code, title }) => /mtu/.test(code) && title.includes(`that the ${from} sends`),
        );
        assert.deepEqual(
          found.map(({ code }) => code),
          finding === undefined ? [] : [finding],
        );
        for (const { message } of found) assert.match(message, says);
        const ends = { client: `node/default/${client}`, server: `node/default/${server}`, address };
        const carried = await carry(network, ends, from, FULL);
        assert.equal(carried.arrived, finding !== 'pmtu-black-hole', 'the kernel');
        const told = /\(MTU (\d+)\)/.exec(found[0]?.message ?? '')?.[1];
        if (finding === 'mtu-signalled') assert.equal(carried.mtu, Number(told), 'the path MTU of the kernel');
      } finally {
        await network.close();
      }
    });
});
