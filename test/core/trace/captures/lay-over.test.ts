import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readTcpdump } from '../../../../src/core/capture/tcpdump';
import { readCapture } from '../../../../src/core/capture/read';
import { Cluster } from '../../../../src/core/snapshot/cluster';
import { captureOf, readCapturePlace } from '../../../../src/core/trace/captures/capture-of';
import type { Capture, LaidOver, MarkedSighting } from '../../../../src/core/trace/captures/laid-over';
import { layOver } from '../../../../src/core/trace/captures/lay-over';
import type { TraceResult, Verdict } from '../../../../src/core/trace/result';
import { trace } from '../../../../src/core/trace/trace';
import { demoClusters } from '../../../support/demo';
import { flannelCluster } from '../../../support/flannel-cluster';

function traced(cluster: Cluster, from: string, to: string): TraceResult {
  const result = trace(cluster, { from, to });
  return 'value' in result ? result.value : assert.fail(result.error);
}

function capture(cluster: Cluster, where: string, text: string): Capture {
  const place = readCapturePlace(cluster, where);
  assert.ok('value' in place, where);
  return captureOf(place.value.namespace, place.value.interface, where, readCapture(Buffer.from(text)));
}

/** `✓ request worker flannel0 out`, of what can be told. */
function told({ outcomes }: LaidOver, at: number): string[] {
  const word = ({ mark, leg, sighting }: MarkedSighting): string =>
    `${mark === 'seen' ? '✓' : '✗'} ${leg} ${sighting.node ?? ''} ${sighting.interface ?? ''} ${sighting.direction}${sighting.outer ? ' outer' : ''}`;
  return (outcomes[at]?.sightings ?? []).filter(({ mark }) => mark !== 'unknown').map(word);
}

suite("the founding document's captures over its trace", async () => {
  const { second } = await demoClusters();
  const result = traced(second, 'worker', '10.0.0.103:80');
  const at = (verdict: Verdict): number => result.outcomes.findIndex((one) => one.verdict === verdict);
  const noted = (id: string): Capture => {
    const output = second.node('worker')?.host?.output(`tcpdump-${id}`) ?? assert.fail();
    return capture(second, `worker:${id}`, output.stdout);
  };

  test('together they pick the strict worker, and say why the others fall', () => {
    const laid = layOver(result, [noted('flannel0'), noted('eth0'), noted('any')]);
    assert.equal(laid.supports, at('no-reply'));
    assert.match(laid.answer, /agrees with one outcome of 3: no-reply, if .*rp_filter/);
    assert.match(
      laid.outcomes[at('dropped')]?.difference?.text ?? '',
      /10\.1\.63\.3:80 > .*SYN\+ACK is seen on eth0 of worker/,
    );
    assert.match(laid.outcomes[at('connected')]?.difference?.text ?? '', /^no ACK leaves by flannel0 of worker$/);
    assert.deepEqual(told(laid, at('no-reply')), [
      '✓ request worker flannel0 out',
      '✓ request worker eth0 out outer',
      '✓ reply worker eth0 in',
    ]);
  });

  test('the one on flannel0 alone tells nothing apart: it may have ended with the SYN', () => {
    const laid = layOver(result, [noted('flannel0')]);
    assert.deepEqual([laid.supports, ...laid.outcomes.map(({ stands }) => stands)], [null, true, true, true]);
    assert.match(laid.answer, /agrees with 3 outcomes of 3/);
  });

  test('the one of any interface picks it, by what is sent again', () => {
    assert.equal(layOver(result, [noted('any')]).supports, at('no-reply'));
  });

  test("the master's own attempt, of which he keeps no more than two packets, agrees with its trace", () => {
    const output = second.node('master')?.host?.output('tcpdump-docker0') ?? assert.fail();
    const own = traced(second, 'master', '10.0.0.103:80');
    const laid = layOver(own, [capture(second, 'master:docker0', output.stdout)]);
    assert.match(laid.answer, /^What was captured agrees with the trace: 2 of 2 packets/);
  });
});

suite('captures over a trace', () => {
  const cluster = new Cluster(flannelCluster({ tunnel: 'tun', worker: '0', master: '0' }));
  const result = traced(cluster, 'worker', '10.0.0.103:80');
  const SYN = '12:00:00.100000 IP 192.168.1.12.50712 > 10.1.63.3.80: Flags [S], seq 1, win 1, length 0\n';
  const SYN_ACK = '12:00:00.200000 IP 10.1.63.3.80 > 192.168.1.12.50712: Flags [S.], seq 9, ack 2, win 1, length 0\n';
  const ACK = '12:00:00.300000 IP 192.168.1.12.50712 > 10.1.63.3.80: Flags [.], ack 10, win 1, length 0\n';
  const again = (text: string): string => text.replaceAll('12:00:00', '12:00:01');
  const over = (...captures: readonly (readonly [string, string])[]): LaidOver =>
    layOver(
      result,
      captures.map(([where, text]) => capture(cluster, where, text)),
    );
  const difference = (laid: LaidOver): string | undefined => laid.outcomes[0]?.difference?.text;

  test('a SYN that is seen before a node and not behind it: the first difference is there', () => {
    const laid = over(
      ['worker:flannel0', SYN + again(SYN)],
      ['master:flannel0', SYN + again(SYN)],
      ['master:docker0', ''],
    );
    assert.equal(difference(laid), 'no SYN leaves by docker0 of master');
    assert.deepEqual(told(laid, 0).slice(0, 3), [
      '✓ request worker flannel0 out',
      '✓ request master flannel0 in',
      '✗ request master docker0 out',
    ]);
    assert.match(laid.answer, /does not agree with the trace\. The first difference: no SYN leaves by docker0/);
  });

  test('an empty capture alone says nothing', () => {
    const laid = over(['master:docker0', 'listening on docker0\n0 packets captured\n']);
    assert.equal(difference(laid), undefined);
    assert.match(laid.answer, /^Of this packet the capture shows nothing \(docker0 of master\)/);
  });

  test('what is sent again counts once, and without its answer the handshake is missed', () => {
    const laid = over(['worker:flannel0', SYN + again(SYN)]);
    assert.equal(difference(laid), 'no ACK leaves by flannel0 of worker');
  });

  test('a handshake that is completed, from another source port than that of the trace', () => {
    const laid = over(['worker:any', SYN + SYN_ACK + ACK]);
    assert.equal(laid.outcomes[0]?.stands, true);
    assert.deepEqual(told(laid, 0), [
      '✓ request worker flannel0 out',
      '✓ reply worker eth0 in',
      '✓ ack worker flannel0 out',
    ]);
  });

  test('a reply that comes back another way is not predicted', () => {
    const laid = over(['worker:flannel0', SYN + SYN_ACK + ACK]);
    assert.match(
      difference(laid) ?? '',
      /^10\.1\.63\.3:80 > 192\.168\.1\.12:50712, SYN\+ACK is seen on flannel0 of worker/,
    );
    assert.deepEqual(
      laid.outcomes[0]?.unpredicted.map(({ packet, leg }) => [packet, leg]),
      [[2, 'reply']],
    );
  });

  test('a capture of a connection that was open before says nothing of its beginning', () => {
    assert.equal(difference(over(['worker:flannel0', ACK + again(ACK)])), undefined);
  });

  test('a filter that leaves out the tunnel does not make its packets missing, nor the other way round', () => {
    const tunnel = '12:00:00.1 IP 192.168.1.12.8285 > 192.168.1.11.8285: UDP, length 60\n';
    assert.equal(difference(over(['worker:eth0', SYN_ACK + again(SYN_ACK)])), undefined);
    assert.equal(difference(over(['worker:eth0', tunnel + again(tunnel)], ['worker:flannel0', SYN + ACK])), undefined);
  });

  test('a RST that answers the SYN speaks against a connection', () => {
    const reset = SYN_ACK.replace('[S.]', '[R.]');
    assert.match(difference(over(['worker:eth0', reset])) ?? '', /RST is seen on eth0/);
  });

  test('outer packets alone are of the trace: tcpdump does not look into those of flannel', () => {
    const carrier = (to: string, second: number): string =>
      `12:00:0${second}.1 IP 192.168.1.12.8285 > ${to}.8285: UDP, length 60\n`;
    // SYN and ACK to the master, and what somebody else sends to another node.
    const text = carrier('192.168.1.11', 0) + carrier('192.168.1.11', 1) + carrier('192.168.1.99', 2);
    const laid = layOver(result, [capture(cluster, 'worker:eth0', text)]);
    assert.deepEqual([laid.captures[0]?.ofTrace, laid.captures[0]?.packets], [2, 3]);
    assert.match(laid.answer, /agrees with the trace/);
  });

  test('packets of VXLAN are known by what they carry', () => {
    const vxlan = new Cluster(flannelCluster({ tunnel: 'vxlan', worker: '0', master: '0' }));
    const outer = (from: string, to: string): string =>
      `12:00:00.1 IP ${from}.41023 > ${to}.8472: OTV, flags [I] (0x08), overlay 0, instance 1\n`;
    const inner = (line: string): string => line.replace(/^\S+ /, '');
    const text =
      outer('192.168.1.12', '192.168.1.11') + inner(SYN) + outer('192.168.1.12', '192.168.1.11') + inner(ACK);
    const laid = layOver(traced(vxlan, 'worker', '10.0.0.103:80'), [capture(vxlan, 'worker:eth0', text)]);
    assert.deepEqual(told(laid, 0), ['✓ request worker eth0 out outer', '✓ ack worker eth0 out outer']);
    assert.equal(readTcpdump(text).length, 2);
  });
});

suite('where a capture was taken', () => {
  const cluster = new Cluster(flannelCluster({ tunnel: 'tun', worker: '0', master: '0' }));

  test('is a node or a namespace of one, and an interface there', () => {
    for (const [text, namespace, device] of [
      ['worker:eth0', 'host', 'eth0'],
      ['master/default/g4:eth0', 'default/g4', 'eth0'],
      ['worker:any', 'host', undefined],
    ] as const) {
      const place = readCapturePlace(cluster, text);
      assert.ok('value' in place);
      assert.deepEqual([place.value.namespace.name, place.value.interface], [namespace, device]);
    }
  });

  test('else it is said what there is', () => {
    for (const [text, message] of [
      ['eth0', /write NODE:INTERFACE/],
      ['nosuch:eth0', /"nosuch" is no node of the snapshot\. Nodes: worker, master/],
      ['master/g4:eth0', /master has no namespace "g4"\. Namespaces: host, default\/g4/],
      ['worker:eth9', /no interface "eth9"\. Interfaces: lo, eth0, flannel0, docker0, any/],
    ] as const) {
      const place = readCapturePlace(cluster, text);
      assert.ok('error' in place);
      assert.match(place.error, message);
    }
  });
});
