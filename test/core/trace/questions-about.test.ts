import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseAddress } from '../../../src/core/net/address';
import { questionsAbout, type QuestionsAbout } from '../../../src/core/trace/questions-about';
import { demoClusters } from '../../support/demo';

const { second } = await demoClusters();

function about(text: string, length?: number): QuestionsAbout | undefined {
  const address = parseAddress(text);
  assert.ok(address);
  return questionsAbout(second, address, length);
}

suite('what can be asked of an address', () => {
  test('a service is reached by its port, and sends nothing', () => {
    assert.deepEqual(about('10.0.0.103'), { to: [{ to: '10.0.0.103:80', protocol: 'tcp' }], from: undefined });
  });

  test('a service of two protocols has two targets', () => {
    assert.deepEqual(
      about('10.0.0.10')
        ?.to.map(({ to, protocol }) => `${to}/${protocol ?? ''}`)
        .sort(),
      ['10.0.0.10:53/tcp', '10.0.0.10:53/udp'],
    );
  });

  test('an endpoint is reached by the port of its service', () => {
    assert.deepEqual(about('10.1.63.3')?.to, [{ to: '10.1.63.3:80', protocol: 'tcp' }]);
  });

  test('a node sends, and of its ports nothing is known', () => {
    assert.deepEqual(about('192.168.1.12'), { to: [{ to: '192.168.1.12' }], from: '192.168.1.12' });
    assert.equal(about('192.168.1.12', 24)?.from, '192.168.1.12');
  });

  test('a host outside is reached, and nothing is sent from there', () => {
    assert.deepEqual(about('192.168.1.1'), { to: [{ to: '192.168.1.1' }], from: undefined });
  });

  test('nothing of what is no host', () => {
    for (const text of ['0.0.0.0', '127.0.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'ff02::1'])
      assert.equal(about(text), undefined, text);
    assert.equal(about('10.1.0.0', 16), undefined);
    assert.ok(about('192.168.1.1', 32));
  });
});
