import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findNamespaces, type FoundNamespace } from '../../src/nodes/namespaces';

const OWN = '4026531840';
const POD = '4026532201';
const NAMED = '4026532302';
const ID = 'a'.repeat(64);
const SANDBOX = 'b'.repeat(64);

const link = (pid: string, inode: string): string =>
  `lrwxrwxrwx 1 root root 0 Nov 22 12:00 /proc/${pid}/ns/net -> net:[${inode}]\n`;

function find(outputs: Readonly<Record<string, string>>): Partial<FoundNamespace>[] {
  const processes = link('self', OWN) + link('1', OWN);
  return findNamespaces((id) => (id === 'netns-processes' ? processes + (outputs[id] ?? '') : outputs[id]));
}

const IN_POD = {
  'netns-processes': link('1200', POD) + link('310', POD),
  'netns-containers': `/proc/310/cgroup:0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope\n`,
};

suite('namespaces on a node', () => {
  test("the node's own is none of them, even where it has a name", () => {
    assert.deepEqual(find({ 'netns-names': `${OWN} /run/docker/netns/default\n` }), []);
  });

  test('without a name: by its oldest process', () => {
    assert.deepEqual(find({ 'netns-processes': IN_POD['netns-processes'] }), [
      { name: 'process 310', kind: 'container', named: false, path: '/proc/310/ns/net', pid: '310' },
    ]);
  });

  test('with a name and no process', () => {
    assert.deepEqual(find({ 'netns-names': `${NAMED} /run/netns/g4\n${NAMED} /run/docker/netns/1-g4\n` }), [
      { name: 'g4', kind: 'container', named: true, path: '/run/netns/g4', pid: undefined },
    ]);
  });

  test('of a pod, by its container or its sandbox', () => {
    const labels = { 'io.kubernetes.pod.namespace': 'default', 'io.kubernetes.pod.name': 'g4' };
    const pod = [{ name: 'default/g4', kind: 'pod', named: true, path: '/proc/310/ns/net', pid: '310' }];
    const containers = JSON.stringify({ containers: [{ id: ID, labels }] });
    assert.deepEqual(find({ ...IN_POD, 'crictl-containers': containers }), pod);
    const sandbox = IN_POD['netns-containers'].replace(ID, SANDBOX);
    const pods = JSON.stringify({ items: [{ id: SANDBOX, labels }] });
    assert.deepEqual(find({ ...IN_POD, 'netns-containers': sandbox, 'crictl-pods': pods }), pod);
  });

  for (const [title, listed, name, kind] of [
    ["of Docker's own", 'alpine', 'alpine', 'container'],
    ["of kubelet's", 'k8s_POD.6059dfa2_g4_default_b0f4c2d5-0a8a-11e6-a8b9-b827eb000000_4d6f', 'default/g4', 'pod'],
  ] as const)
    test(`a container ${title}, by its name`, () => {
      const [found] = find({ ...IN_POD, 'docker-containers': `${ID} ${listed}\n` });
      assert.deepEqual([found?.name, found?.kind], [name, kind]);
    });

  test('two of one name are told apart', () => {
    const names = `4026532401 /run/netns/x\n4026532402 /run/docker/netns/x\n`;
    assert.deepEqual(
      find({ 'netns-names': names }).map(({ name }) => name),
      ['x', 'x (2)'],
    );
  });

  test('those with names come first: there may be too many', () => {
    const outputs = { 'netns-processes': link('310', POD), 'netns-names': `${NAMED} /run/netns/g4\n` };
    assert.deepEqual(
      find(outputs).map(({ name }) => name),
      ['g4', 'process 310'],
    );
  });

  test('what is no JSON names nobody', () => {
    assert.equal(find({ ...IN_POD, 'crictl-pods': 'FATA[0000] …' })[0]?.name, 'process 310');
  });
});
