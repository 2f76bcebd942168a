import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import { readKubectl } from '../../../src/core/kubernetes/kubectl';

/** `default/g4 ClusterIP 10.0.0.103 80/6` */
function told(text: string): string[] {
  return readKubectl(text).map((object) => {
    assert.ok(object.kind === 'Service');
    const ports = object.ports.map(
      ({ port, nodePort, protocol }) => `${port}${nodePort === undefined ? '' : `:${nodePort}`}/${protocol}`,
    );
    const outside = object.externalIps.length === 0 ? '' : ` external ${object.externalIps.map(formatAddress).join()}`;
    return `${object.namespace}/${object.name} ${object.type} ${object.clusterIps.map(formatAddress).join()}${outside} ${ports.join()}`;
  });
}

suite('kubectl get services', () => {
  test('of the founding document, with its notes', () => {
    assert.deepEqual(
      told(`NAME CLUSTER-IP EXTERNAL-IP PORT(S) AGE
g4 10.0.0.103 80/TCP 3d #container 10.1.63.3:80
g5 10.0.0.2 80/TCP 16h #container 10.1.63.4:80
kubernetes 10.0.0.1 443/TCP 5d
`),
      [
        'default/g4 ClusterIP 10.0.0.103 80/6',
        'default/g5 ClusterIP 10.0.0.2 80/6',
        'default/kubernetes ClusterIP 10.0.0.1 443/6',
      ],
    );
  });

  test('of today, in one namespace and in all', () => {
    assert.deepEqual(
      told(`NAME         TYPE           CLUSTER-IP      EXTERNAL-IP     PORT(S)                      AGE
kubernetes   ClusterIP      10.96.0.1       <none>          443/TCP                      5d
web          LoadBalancer   10.96.0.20      198.51.100.5    80:31080/TCP,443:31443/TCP   3d
db           ClusterIP      None            <none>          5432/TCP                     1d
ext          ExternalName   <none>          example.org     <none>                       1d
six          ClusterIP      fd00:10::20     <none>          53/UDP                       1d
`),
      [
        'default/kubernetes ClusterIP 10.96.0.1 443/6',
        'default/web LoadBalancer 10.96.0.20 external 198.51.100.5 80:31080/6,443:31443/6',
        'default/six ClusterIP fd00:10::20 53/17',
      ],
    );
    assert.deepEqual(
      told(`NAMESPACE     NAME       TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)         AGE   SELECTOR
kube-system   kube-dns   ClusterIP   10.96.0.10    <none>        53/UDP,53/TCP   5d    k8s-app=kube-dns
default       np         NodePort    10.96.0.30    <none>        80:30080/TCP    5d    app=x
`),
      ['kube-system/kube-dns ClusterIP 10.96.0.10 53/17,53/6', 'default/np NodePort 10.96.0.30 80:30080/6'],
    );
  });

  test('in JSON', () => {
    assert.deepEqual(
      told(
        JSON.stringify({
          kind: 'List',
          items: [
            {
              kind: 'Service',
              metadata: { name: 'a', namespace: 'b' },
              spec: { clusterIP: '10.0.0.5', ports: [{ port: 80 }] },
            },
          ],
        }),
      ),
      ['b/a ClusterIP 10.0.0.5 80/6'],
    );
  });

  test('what is damaged, or says that there is nothing, is nothing', () => {
    for (const text of [
      '',
      'No resources found in default namespace.\n',
      '{"items":[',
      '{}',
      '[]',
      'The connection to the server localhost:8080 was refused\n',
    ])
      assert.deepEqual(readKubectl(text), [], text);
  });
});
