import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { readKubectl } from '../../src/core/kubernetes/kubectl';
import { NODE_PROBES } from '../../src/nodes/node-probes';
import { temporaryFolder } from './support/folder';
import { needs } from './support/programs';

const RESOURCES = ['pods', 'services', 'endpoints', 'nodes'].map((name) => ({
  ...{ name, singularName: '', namespaced: name !== 'nodes', verbs: ['get', 'list'] },
  kind: { pods: 'Pod', services: 'Service', endpoints: 'Endpoints', nodes: 'Node' }[name],
}));

const PODS = [
  {
    metadata: { namespace: 'default', name: 'g4', annotations: { secret: 'hush' } },
    spec: { nodeName: 'master', containers: [{ name: 'web', env: [{ name: 'TOKEN', value: 'hush' }] }] },
    status: { podIP: '10.1.63.3' },
  },
  {
    metadata: { namespace: 'kube-system', name: 'kube-proxy-1' },
    spec: { nodeName: 'worker', hostNetwork: true },
    status: { podIP: '192.168.1.12' },
  },
  { metadata: { namespace: 'default', name: 'waiting' }, spec: {}, status: { phase: 'Pending' } },
];

/** As much of an API server as kubectl asks for. */
async function apiServer(context: TestContext, pods: readonly object[]): Promise<string> {
  const answers: Readonly<Record<string, object>> = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: RESOURCES },
    '/api/v1/pods': { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods },
  };
  const server = createServer((request, response) => {
    const answer = answers[new URL(request.url ?? '', 'http://server').pathname];
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

suite('what kubectl is asked for', needs('kubectl'), () => {
  for (const [title, pods] of [
    ['pods', PODS],
    ['no pods', []],
  ] as const)
    test(`of ${title}, who and where they are, and nothing more`, async (context) => {
      const [program = '', ...args] = NODE_PROBES.find(({ id }) => id === 'kubectl-pods')?.argv ?? [];
      const server = `--server=${await apiServer(context, pods)}`;
      const env = { ...process.env, HOME: temporaryFolder(context), KUBECONFIG: '/dev/null' };
      const { stdout } = await promisify(execFile)(program, [...args, server], { env });
      assert.doesNotMatch(stdout, /hush/);
      const found = readKubectl(stdout).flatMap((one) => (one.kind === 'Pod' ? [one] : []));
      assert.deepEqual(
        found.map(({ namespace, name, node, hostNetwork, addresses }) => [
          ...[namespace, name, node, hostNetwork, addresses.length],
        ]),
        pods.map(({ metadata, spec, status }) => [
          ...[metadata.namespace, metadata.name, spec.nodeName, spec.hostNetwork ?? false],
          'podIP' in status ? 1 : 0,
        ]),
      );
    });
});
