import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { folder, hoplens } from '../support/cli';

suite('hoplens plan', () => {
  const write = folder();
  const output = {
    command: 'iptables-save -c',
    exitCode: 0,
    stdout: '*nat\n:POSTROUTING ACCEPT [1:2]\nCOMMIT\n',
    stderr: '',
  };
  const nodes = [{ name: 'a', namespaces: [{ name: 'host', kind: 'host', outputs: { 'iptables-save': output } }] }];
  const snapshot = write('a.hoplens.json', JSON.stringify({ hoplensSnapshot: 1, cluster: 'a', nodes }));
  const plan = (node: string, rule: string): string =>
    write('x.hoplens-plan.yaml', `hoplensPlan: 1\nname: x\nchanges:\n  - { node: ${node}, rule: ${rule} }\n`);

  test('shows the diff, the effect and the commands', async () => {
    const { code, stdout } = await hoplens(
      'plan',
      plan('a', '-t nat -A POSTROUTING -j MASQUERADE'),
      '--snapshot',
      snapshot,
    );
    assert.equal(code, 0);
    assert.match(stdout, /^\+-A POSTROUTING -j MASQUERADE$/m);
    assert.match(stdout, /^None of the 0 paths/m);
    assert.match(stdout, /^iptables -t nat -A POSTROUTING -j MASQUERADE$/m);
  });

  test('that is refused is wrong; one that cannot be read could not be done, with its line', async () => {
    const refused = await hoplens('plan', plan('a', '-t nat -D POSTROUTING -j MASQUERADE'), '--snapshot', snapshot);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /error: change 1 \(a\): There is no rule "-j MASQUERADE" in nat POSTROUTING/);
    assert.match(refused.stdout, /## Effect\n\nNot predicted: it cannot be applied as it is\.\n/);
    const unknown = await hoplens('plan', plan('b', '-A INPUT -j DROP'), '--snapshot', snapshot);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /x\.hoplens-plan\.yaml:4:\d+: there is no node "b"/);
  });
});
