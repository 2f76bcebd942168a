import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { chainNames } from '../../../src/core/kubernetes/chain-name';

/** Base 32 by way of one great number, five bits a letter. */
function hashOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  const bits = BigInt(`0x${digest}`).toString(2).padStart(256, '0');
  return Array.from(
    { length: 16 },
    (_, at) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(bits.slice(at * 5, at * 5 + 5), 2)],
  ).join('');
}

suite("the names of kube-proxy's chains", () => {
  test('are those of the founding document', () => {
    assert.deepEqual(chainNames('KUBE-SVC-', 'default/kubernetes:https', 'tcp'), ['KUBE-SVC-NPX46M4PTMTKRN6Y']);
    assert.deepEqual(chainNames('KUBE-SVC-', 'kube-system/kube-dns:dns', 'udp'), ['KUBE-SVC-TCOU7JCQXEZGVUNU']);
    assert.deepEqual(chainNames('KUBE-SVC-', 'kube-system/kube-dns:dns-tcp', 'tcp'), ['KUBE-SVC-ERIFXISQEP7F7OF4']);
    assert.deepEqual(chainNames('KUBE-SEP-', 'default/kubernetes:https', 'tcp', '192.168.199.238:6443'), [
      'KUBE-SEP-6BJZJ65EXTPP6DDP',
    ]);
  });

  test('of an unnamed port had a colon at the end before Kubernetes 1.19, so two are possible', () => {
    const names = chainNames('KUBE-SVC-', 'default/g2:', 'tcp');
    assert.ok(names.includes('KUBE-SVC-GWYMBTJ7K7KSWVEF'), 'as the founding document has it');
    assert.deepEqual(chainNames('KUBE-SVC-', 'default/g2', 'tcp'), names);
    assert.equal(new Set(names).size, 2);
    assert.ok(chainNames('KUBE-SVC-', 'default/g3:', 'tcp').includes('KUBE-SVC-7FIXWSZP6P4B2WBX'));
  });

  test('are the first 16 letters of the SHA-256 in base 32', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
    fc.assert(
      fc.property(name, name, name, fc.constantFrom('tcp', 'udp', 'sctp'), (namespace, service, port, protocol) => {
        const full = `${namespace}/${service}:${port}`;
        assert.deepEqual(chainNames('KUBE-EXT-', full, protocol), [`KUBE-EXT-${hashOf(full + protocol)}`]);
        assert.deepEqual(chainNames('KUBE-SEP-', full, protocol, '[fd00::1]:80'), [
          `KUBE-SEP-${hashOf(`${full}${protocol}[fd00::1]:80`)}`,
        ]);
      }),
    );
  });
});
