import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { check } from './lab/check';
import { Network } from './lab/network';
import { oneNode, PODS } from './networks/one-node';

/** As kube-proxy 1.29 and flannel write them for so many services with two endpoints each; the last but one has the pods. */
function dump(services: number): string {
  const chains: string[] = [];
  const rules: string[] = [];
  for (let at = 0; at < services; at++) {
    const id = at.toString(36).toUpperCase().padStart(16, 'A');
    const ip = `10.96.${at >> 8}.${at & 255}`;
    const asked = at === services - 2;
    const endpoints = asked
      ? [PODS.server1, PODS.server2]
      : [`10.244.${at >> 8}.${at & 255}`, `10.245.${at >> 8}.${at & 255}`];
    const comment = `-m comment --comment "default/s${at}`;
    chains.push(`:KUBE-SVC-${id} - [0:0]`, ...endpoints.map((_, n) => `:KUBE-SEP-${id}${n} - [0:0]`));
    rules.push(
      `-A KUBE-SERVICES -d ${ip}/32 -p tcp ${comment} cluster IP" -m tcp --dport 80 -j KUBE-SVC-${id}`,
      `-A KUBE-SVC-${id} ! -s 10.9.0.0/24 -d ${ip}/32 -p tcp ${comment} cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ`,
      `-A KUBE-SVC-${id} ${comment} -> ${endpoints[0] ?? ''}:80" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-${id}0`,
      `-A KUBE-SVC-${id} ${comment} -> ${endpoints[1] ?? ''}:80" -j KUBE-SEP-${id}1`,
      ...endpoints.flatMap((endpoint, n) => [
        `-A KUBE-SEP-${id}${n} -s ${endpoint}/32 ${comment}" -j KUBE-MARK-MASQ`,
        `-A KUBE-SEP-${id}${n} -p tcp ${comment}" -m tcp -j DNAT --to-destination ${endpoint}:80`,
      ]),
    );
  }
  return [
    '*filter',
    ':FORWARD DROP [0:0]',
    ':KUBE-FORWARD - [0:0]',
    '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
    '-A FORWARD -s 10.9.0.0/24 -j ACCEPT',
    '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    'COMMIT',
    '*nat',
    ':KUBE-SERVICES - [0:0]',
    ':KUBE-MARK-MASQ - [0:0]',
    ':KUBE-POSTROUTING - [0:0]',
    ...chains,
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ...rules,
    'COMMIT',
    '',
  ].join('\n');
}

describe('the question that other simulators were asked', { concurrency: 1 }, () => {
  for (const [services, rules] of [
    [8, 'few'],
    [2_496, '15,000'],
  ] as const)
    it(`pod → service of two endpoints, ${rules} rules: as the kernel has it, not masqueraded`, async () => {
      const node = `iptables-restore <<'END'\n${dump(services)}END\n`;
      const network = await Network.build(oneNode({ pods: ['client', 'server1', 'server2'], node }));
      try {
        const at = services - 2;
        const to = `10.96.${at >> 8}.${at & 255}:80`;
        const seen = await check(network, { from: 'node/default/client', to });
        assert.equal(seen.verdict, 'connected');
        assert.equal(seen.source?.replace(/:\d+$/, ''), PODS.client);
      } finally {
        await network.close();
      }
    });
});
