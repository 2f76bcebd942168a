import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parseAddress } from '../../../src/core/net/address';
import { serviceTitle } from '../../../src/core/kubernetes/service';
import { parseListing, parseListings } from '../../../src/core/netfilter/list';
import { applyChanges } from '../../../src/core/plan/what-if';
import type { Cluster } from '../../../src/core/snapshot/cluster';
import type { Change, Outcome, TraceResult } from '../../../src/core/trace/result';
import { trace, traceWith } from '../../../src/core/trace/trace';
import { demoClusters } from '../../support/demo';

const { first, second } = await demoClusters();

function traced(cluster: Cluster, from: string, to: string, changes: readonly Change[] = []): TraceResult {
  const result = changes.length === 0 ? trace(cluster, { from, to }) : traceWith(cluster, { from, to }, changes);
  assert.ok('value' in result, 'error' in result ? result.error : '');
  return result.value;
}

/** What is not known of the two nodes, by `node key`. */
type Values = Readonly<Record<string, string>>;

/** The one outcome that holds under these values. */
function under({ outcomes }: TraceResult, values: Values): Outcome {
  const holding = outcomes.filter(({ assumptions }) =>
    assumptions.every((one) => one.value.split('|').includes(values[`${one.node} ${one.key}`] ?? '?')),
  );
  const [only, ...others] = holding;
  assert.ok(only && others.length === 0, JSON.stringify(values));
  return only;
}

function everyRpFilter(): { master: string; worker: string }[] {
  return ['0', '1', '2'].flatMap((master) => ['0', '1', '2'].map((worker) => ({ master, worker })));
}

/** `worker flannel0 out`: where a capture on a host would show the packets of a leg. */
function seenAt(outcome: Outcome, leg: 'request' | 'reply'): string[] {
  return (outcome[leg]?.captures ?? [])
    .filter((one) => !one.outer && one.namespace === 'host')
    .map((one) => `${one.node ?? ''} ${one.interface ?? ''} ${one.direction} ${one.packet.src} > ${one.packet.dst}`);
}

function connectsAlways(result: TraceResult): Outcome {
  const [some] = result.outcomes;
  assert.ok(some);
  for (const { verdict } of result.outcomes) assert.equal(verdict, 'connected');
  return some;
}

suite('the founding document: its listings', () => {
  const document = parseListings(readFileSync('test/fixtures/listings/founding-document.txt', 'utf8'), 4);

  for (const [at, name] of ['master', 'worker'].entries())
    test(`every rule of ${name} is in the clean listing of the demo, with its counters`, () => {
      const output = first.node(name)?.host?.output('iptables-list-nat');
      const clean = parseListing(output?.stdout ?? '', 4, 'nat').tables.get('nat');
      const noted = document[at]?.tables.get('nat');
      assert.ok(clean && noted);
      assert.deepEqual([...clean.chains.keys()], [...noted.chains.keys()]);
      let rules = 0;
      for (const [chain, { rules: own, policy, counters }] of noted.chains) {
        const same = clean.chains.get(chain);
        assert.deepEqual([same?.policy, same?.counters], [policy, counters], chain);
        assert.deepEqual(
          same?.rules.map((rule) => [rule.text, rule.counters]),
          own.map((rule) => [rule.text, rule.counters]),
          chain,
        );
        rules += own.length;
      }
      assert.equal(rules, 30);
    });
});

suite('the founding document: the first environment', () => {
  /** As he notes them: service, its address and port, and the container behind it. */
  const noted = [
    'default/g2 10.0.0.220:80 → 10.1.97.2:80',
    'default/g3 10.0.0.234:80 → 10.1.97.5:80',
    'default/kubernetes 10.0.0.1:443 → 192.168.199.238:6443',
    'kube-system/kube-dns 10.0.0.10:53 → 10.1.97.4:53',
    'kube-system/kube-dns 10.0.0.10:53 → 10.1.97.4:53',
  ];

  test('every service is found, with its endpoint, and its chains have the names that they should have', () => {
    const found = first.services.flatMap((service) =>
      service.ports.map((port) => {
        assert.equal(port.verified, true);
        const [endpoint, ...others] = port.endpoints;
        assert.ok(endpoint && others.length === 0);
        assert.equal(endpoint.probability, 1);
        assert.deepEqual(new Set(endpoint.evidence.map(({ node }) => node)), new Set(['master', 'worker']));
        const text = (value: bigint): string =>
          [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
        return `${serviceTitle(service)} ${text(service.addresses[0]?.value ?? 0n)}:${port.port} → ${text(endpoint.address.value)}:${endpoint.port}`;
      }),
    );
    assert.deepEqual(found.sort(), noted);
  });

  test("g3's endpoint lies on the master, though it is expected on the worker", () => {
    assert.equal(first.nodeOf(parseAddress('10.1.97.5')!)?.name, 'master');
    for (const from of ['master', 'worker'])
      for (const { findings } of traced(first, from, 'svc:default/g3').outcomes) {
        const elsewhere = findings.find(({ code }) => code === 'endpoint-elsewhere');
        assert.ok(elsewhere);
        for (const word of ['10.1.97.5', 'default/g3', 'master', 'worker'])
          assert.ok(elsewhere.message.includes(word), word);
      }
    for (const { findings } of traced(first, 'master', 'svc:default/g2').outcomes)
      assert.ok(!findings.some(({ code }) => code === 'endpoint-elsewhere'));
  });

  test('on the master its own services work, and the packets never leave it', () => {
    const outcome = connectsAlways(traced(first, 'master', 'svc:default/g2'));
    assert.ok([...seenAt(outcome, 'request'), ...seenAt(outcome, 'reply')].every((text) => text.startsWith('master ')));
    assert.equal(outcome.request.received?.dst, '10.1.97.2');
  });
});

suite('the founding document: the second environment', () => {
  const KEYS = (master: string, worker: string): Values => ({
    'master net.ipv4.conf.flannel0.rp_filter': master,
    'worker net.ipv4.conf.eth0.rp_filter': worker,
  });
  const MASQUERADE: Change = {
    kind: 'iptables-rule',
    node: 'worker',
    rule: '-t nat -A POSTROUTING -o flannel0 -j MASQUERADE',
  };

  test('worker host → pod: connected, source 10.1.9.0, through flannel0', () => {
    const outcome = connectsAlways(traced(second, 'worker', '10.1.63.3:80'));
    assert.equal(outcome.request.received?.src, '10.1.9.0');
    assert.ok(seenAt(outcome, 'request').includes('worker flannel0 out 10.1.9.0 > 10.1.63.3'));
    assert.ok(seenAt(outcome, 'reply').includes('worker flannel0 in 10.1.63.3 > 10.1.9.0'));
  });

  test('worker host → service: an outcome for each value of rp_filter that nobody collected', () => {
    const result = traced(second, 'worker', '10.0.0.103:80');
    assert.equal(result.outcomes.length, 3, 'strict here, strict there, strict nowhere');
    for (const { master, worker } of everyRpFilter()) {
      const { verdict, request, reply } = under(result, KEYS(master, worker));
      const expected = master === '1' ? 'dropped' : worker === '1' ? 'no-reply' : 'connected';
      assert.equal(verdict, expected, `${master} ${worker}`);
      const { node, interface: device } = (reply ?? request).end;
      if (verdict === 'dropped') assert.deepEqual([node, device], ['master', 'flannel0']);
      if (verdict === 'no-reply') assert.deepEqual([node, device], ['worker', 'eth0']);
      if (verdict === 'connected') assert.equal(request.received?.src, '192.168.1.12');
    }
  });

  test('what he saw picks the strict worker and the master that is not', () => {
    const result = traced(second, 'worker', '10.0.0.103:80');
    const supported = result.outcomes.filter(({ supportedBy }) => supportedBy.length > 0);
    assert.deepEqual(supported, [under(result, KEYS('0', '1'))]);
    const [outcome] = supported;
    assert.ok(outcome);
    assert.deepEqual(outcome.supportedBy.map(({ node, output }) => `${node} ${output}`).sort(), [
      'worker curl-10.0.0.103',
      'worker tcpdump-any',
      'worker tcpdump-eth0',
      'worker tcpdump-flannel0',
    ]);
    assert.ok(seenAt(outcome, 'request').includes('worker flannel0 out 192.168.1.12 > 10.1.63.3'), 'SYN');
    assert.ok(seenAt(outcome, 'reply').includes('worker eth0 in 10.1.63.3 > 192.168.1.12'), 'SYN+ACK');
    assert.ok(!seenAt(outcome, 'reply').some((text) => text.startsWith('worker flannel0')));
  });

  test('the finding names rp_filter, the interface and the node, and offers MASQUERADE, which would work', () => {
    const { outcomes, answer } = traced(second, 'worker', '10.0.0.103:80');
    const supported = outcomes.find(({ supportedBy }) => supportedBy.length > 0);
    const finding = supported?.findings.find(({ severity }) => severity === 'error');
    assert.equal(finding?.code, 'asymmetric-return');
    assert.equal(finding.node, 'worker');
    for (const word of [
      'rp_filter',
      'eth0',
      'worker',
      'flannel0',
      '10.1.63.3',
      'conntrack matches by addresses and ports, not by interface',
    ])
      assert.ok(finding.message.includes(word), word);
    assert.deepEqual(finding.fix?.changes, [MASQUERADE]);
    assert.equal(finding.fix.effect?.verdict, 'connected');
    assert.match(finding.fix.effect.text, /10\.1\.9\.0/);
    assert.match(answer, /rp_filter/);
  });

  test('worker host, with the rule → service: connected under every rp_filter, source 10.1.9.0', () => {
    for (const outcome of traced(second, 'worker', '10.0.0.103:80', [MASQUERADE]).outcomes) {
      assert.equal(outcome.verdict, 'connected');
      assert.equal(outcome.request.received?.src, '10.1.9.0');
      assert.ok(seenAt(outcome, 'request').includes('worker flannel0 out 10.1.9.0 > 10.1.63.3'));
      assert.ok(seenAt(outcome, 'reply').includes('worker flannel0 in 10.1.63.3 > 10.1.9.0'));
    }
  });

  test('worker container → service: connected, and the reply comes back through the tunnel to 10.1.9.x', () => {
    const outcome = connectsAlways(traced(second, 'worker/alpine', '10.0.0.103:80'));
    assert.ok(seenAt(outcome, 'reply').some((text) => /^worker flannel0 in 10\.1\.63\.3 > 10\.1\.9\.\d+$/.test(text)));
    assert.equal(outcome.reply?.received?.src, '10.0.0.103');
  });

  test('master host → service: connected over docker0, never leaves the master', () => {
    const outcome = connectsAlways(traced(second, 'master', '10.0.0.103:80'));
    const seen = [...seenAt(outcome, 'request'), ...seenAt(outcome, 'reply')];
    assert.ok(seen.every((text) => text.startsWith('master ')));
    assert.ok(seen.includes('master docker0 out 192.168.199.238 > 10.1.63.3'), 'as his capture on docker0 shows');
    assert.ok(seen.includes('master docker0 in 10.1.63.3 > 192.168.199.238'));
  });

  test('master host → a service whose pod is on the worker: as for the worker host, mirrored', () => {
    const rule =
      '-t nat -I KUBE-SERVICES -d 10.0.0.66/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.1.9.2:80';
    const changed = applyChanges(second, [{ kind: 'iptables-rule', node: 'master', rule }]);
    assert.ok('cluster' in changed);
    const result = traced(changed.cluster, 'master', '10.0.0.66:80');
    for (const { master, worker } of everyRpFilter()) {
      const { verdict, request, reply } = under(result, {
        'worker net.ipv4.conf.flannel0.rp_filter': worker,
        'master net.ipv4.conf.eth0.rp_filter': master,
      });
      assert.equal(verdict, worker === '1' ? 'dropped' : master === '1' ? 'no-reply' : 'connected');
      const { node, interface: device } = (reply ?? request).end;
      if (verdict === 'dropped') assert.deepEqual([node, device], ['worker', 'flannel0']);
      if (verdict === 'no-reply') assert.deepEqual([node, device], ['master', 'eth0']);
    }
  });

  test('master container → service: connected where bridged packets reach the rules', () => {
    const result = traced(second, 'master/default/g5', '10.0.0.103:80');
    const bridge = (value: string): Outcome => under(result, { 'master net.bridge.bridge-nf-call-iptables': value });
    assert.equal(bridge('1').verdict, 'connected');
    assert.equal(bridge('0').verdict, 'no-reply', 'else the reply goes straight back, with the address of the pod');
  });

  test('a pod that asks for itself by its service is marked 0x4000 and masqueraded', () => {
    for (const { request, verdict } of traced(second, 'master/default/g5', '10.0.0.2:80').outcomes) {
      const marked = request.steps.find((step) => step.chain === 'KUBE-MARK-MASQ');
      assert.equal(marked?.packet.mark, 0x4000);
      assert.equal(marked.before?.mark ?? 0, 0);
      // A bridge that may not send it back where it came from drops it before FORWARD.
      if (verdict === 'dropped') continue;
      const masqueraded = request.steps.find((step) => step.chain === 'KUBE-POSTROUTING');
      assert.equal(masqueraded?.packet.src, '10.1.63.1');
      assert.equal(verdict, 'connected');
      assert.equal(request.received?.src, '10.1.63.1');
    }
  });

  test('names resolve as the resolver of each place would, and a second server is a warning', () => {
    for (const [from, name] of [
      ['worker', 'g4'],
      ['master', 'g4'],
      ['worker/alpine', 'g4.default.svc.cluster.local'],
    ] as const) {
      const { to, outcomes } = traced(second, from, `${name}:80`);
      assert.equal(to['address'], '10.0.0.103', `${name} from ${from}`);
      const codes = outcomes[0]?.findings.map(({ code }) => code);
      assert.ok(codes?.includes('name-resolved') && codes.includes('foreign-resolver'));
    }
    const unknown = trace(second, { from: 'worker', to: 'nosuch:80' });
    assert.ok('error' in unknown);
  });

  test('services stand in the tree with their containers, from the rules and from kubectl', () => {
    const titles = second.services.map(serviceTitle);
    for (const title of ['default/g4', 'default/g5', 'default/kubernetes']) assert.ok(titles.includes(title), title);
    assert.equal(second.nodeOf(parseAddress('10.1.63.3')!)?.name, 'master');
  });
});
