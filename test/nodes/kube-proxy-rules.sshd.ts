import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { predictAgent } from '../../src/core/agents/operations';
import type { AgentValues } from '../../src/core/plan/plan';
import { fileOutput } from '../../src/core/snapshot/file-output';
import { command, mustRun } from '../kernel/lab/command';
import { cluster, node } from '../support/snapshots';

const CONFIG = '/var/lib/kube-proxy/config.conf';

/** Settings, as kube-proxy's file has them, and what it puts to a rule that marks for them (`proxier.go`). */
const SETTINGS: readonly (readonly [set: AgentValues, not: string | undefined])[] = [
  [{}, undefined],
  [{ clusterCIDR: '10.1.0.0/16' }, '! -s 10.1.0.0/16'],
  [{ 'iptables.masqueradeAll': true }, ''],
  [{ detectLocalMode: 'BridgeInterface', 'detectLocal.bridgeInterface': 'cni0' }, '! -i cni0'],
  [{ detectLocalMode: 'InterfaceNamePrefix', 'detectLocal.interfaceNamePrefix': 'veth' }, '! -i veth+'],
];

/** What kube-proxy gives to iptables-restore, its words in its own order; up to 1.21, and since 1.24. */
function rules(marksIn: 'KUBE-SERVICES' | 'KUBE-SVC-BIJGBSD4RZCCZX5R', not: string | undefined): string {
  const service = '-m comment --comment "default/web: cluster IP" -m tcp -p tcp -d 10.0.0.20/32 --dport 80';
  const arrow = marksIn === 'KUBE-SERVICES' ? 'default/web:' : 'default/web -> 10.1.9.4:80';
  return `*nat
:KUBE-SERVICES - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-SVC-BIJGBSD4RZCCZX5R - [0:0]
:KUBE-SEP-TF3JC6WGUDW42DX4 - [0:0]
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -m mark --mark 0x4000/0x4000 -j MASQUERADE
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
${not === undefined ? '' : `-A ${marksIn} ${service} ${not} -j KUBE-MARK-MASQ\n`}-A KUBE-SERVICES ${service} -j KUBE-SVC-BIJGBSD4RZCCZX5R
-A KUBE-SVC-BIJGBSD4RZCCZX5R -m comment --comment "${arrow}" -j KUBE-SEP-TF3JC6WGUDW42DX4
-A KUBE-SEP-TF3JC6WGUDW42DX4 -m comment --comment default/web: -s 10.1.9.4/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-TF3JC6WGUDW42DX4 -m comment --comment default/web: -m tcp -p tcp -j DNAT --to-destination 10.1.9.4:80
COMMIT
`;
}

/** As the kernel has them then, in the words of iptables-save. */
async function saved(text: string): Promise<string> {
  await mustRun(['sh', '-euc', 'printf %s "$1" | iptables-restore', 'sh', text]);
  const { stdout } = await command(['iptables-save', '-t', 'nat']);
  return stdout.replace(/^#.*\n/gm, '').replace(/ \[\d+:\d+\]$/gm, ' [0:0]');
}

suite('the rules that kube-proxy would write with other settings', { timeout: 120_000 }, () => {
  for (const marksIn of ['KUBE-SERVICES', 'KUBE-SVC-BIJGBSD4RZCCZX5R'] as const)
    test(`are those that iptables prints then, with marks in ${marksIn}`, async (context) => {
      context.after(() => mustRun(['sh', '-euc', 'iptables -t nat -F && iptables -t nat -X']));
      const dumps: string[] = [];
      for (const [, not] of SETTINGS) dumps.push(await saved(rules(marksIn, not)));
      assert.equal(new Set(dumps).size, SETTINGS.length);
      for (const [from, [before]] of SETTINGS.entries())
        for (const [to, [after]] of SETTINGS.entries()) {
          if (from === to) continue;
          const set = { ...Object.fromEntries(Object.keys(before).map((name) => [name, null])), ...after };
          const lines = Object.entries(before).map(([name, value]) => `${name}: ${String(value)}`);
          assert.equal(
            predict(dumps[from] ?? '', lines, set),
            dumps[to],
            `${JSON.stringify(before)} → ${JSON.stringify(after)}`,
          );
        }
    });
});

/** `lines`: `iptables.masqueradeAll: true`, as the file has them below their levels. */
function predict(dump: string, lines: readonly string[], set: AgentValues): string {
  const nested = lines.map((line) => line.replace(/^(\w+)\.(.*)$/, '$1: {$2}')).join('\n');
  const config = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${nested}\n`;
  const at = cluster(node('worker', { 'iptables-save': dump, [fileOutput(CONFIG)]: config }));
  const predicted = predictAgent(at, 'worker', { kind: 'kube-proxy', in: { config: CONFIG }, set, restart: undefined });
  if ('error' in predicted) return predicted.error;
  return predicted.unknown ?? predicted.cluster.node('worker')?.host?.output('iptables-save')?.stdout ?? 'no rules';
}
