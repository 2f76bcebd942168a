import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatAddress } from '../../../src/core/net/address';
import { type Resolution, resolutionNotes, resolveName } from '../../../src/core/dns/resolve';
import { cluster, node } from '../../support/snapshots';

const SERVICES = `NAMESPACE NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE
default g4 ClusterIP 10.0.0.103 <none> 80/TCP 3d
kube-system kube-dns ClusterIP 10.0.0.10 <none> 53/UDP,53/TCP 3d
prod g4 ClusterIP 10.0.0.200 <none> 80/TCP 3d
`;
const SEARCH = 'search default.svc.cluster.local svc.cluster.local cluster.local\n';

/** Resolves a name on a host with this resolv.conf; undefined: it was not collected. */
function resolve(name: string, resolvConf: string | undefined): Resolution | undefined {
  const all = cluster(
    node('worker', { 'kubectl-services': SERVICES, ...(resolvConf !== undefined && { 'resolv-conf': resolvConf }) }),
  );
  return resolveName(all, all.nodes[0]?.host, name);
}

function address(name: string, resolvConf: string | undefined): string | undefined {
  const found = resolve(name, resolvConf);
  return found && formatAddress(found.address);
}

function warning(resolvConf: string): string | undefined {
  const found = resolve('g4.default.svc.cluster.local', resolvConf);
  assert.ok(found);
  return resolutionNotes('g4', found).warning;
}

suite('a name, as the resolver of a namespace finds it', () => {
  const conf = `nameserver 10.0.0.10\n${SEARCH}`;

  test('in full, and by the search list', () => {
    assert.equal(address('g4.default.svc.cluster.local', conf), '10.0.0.103');
    assert.equal(address('g4', conf), '10.0.0.103');
    assert.equal(address('g4.prod', conf), '10.0.0.200');
    assert.equal(address('g4.prod.svc', conf), '10.0.0.200');
    assert.equal(resolve('g4', conf)?.fullName, 'g4.default.svc.cluster.local');
  });

  test('in the namespace that comes first in the search list', () => {
    assert.equal(
      address('g4', 'nameserver 10.0.0.10\nsearch prod.svc.cluster.local svc.cluster.local\n'),
      '10.0.0.200',
    );
  });

  test('without a search list only in full', () => {
    assert.equal(address('g4', 'nameserver 10.0.0.10\n'), undefined);
    assert.equal(address('g4.default.svc.cluster.local', 'nameserver 10.0.0.10\n'), '10.0.0.103');
  });

  test('under whatever domain the cluster has, and nowhere else', () => {
    assert.equal(address('g4.default.svc.example.org', conf), '10.0.0.103');
    for (const name of ['nosuch', 'g4.nosuch', 'example.org', 'default.svc.cluster.local', ''])
      assert.equal(address(name, conf), undefined, name);
  });

  test('where resolv.conf was not collected, as a pod would', () => {
    assert.equal(address('g4', undefined), '10.0.0.103');
    assert.equal(resolve('g4', undefined)?.server, undefined);
  });

  test('is told with the server that knows it', () => {
    const found = resolve('g4', conf);
    assert.ok(found?.server && formatAddress(found.server) === '10.0.0.10');
    assert.equal(
      resolutionNotes('g4', found).message,
      'g4 is 10.0.0.103: found as g4.default.svc.cluster.local, known to 10.0.0.10',
    );
  });
});

suite("a name server that is not the cluster's", () => {
  test('is no matter where there is none', () => {
    assert.equal(warning(`nameserver 10.0.0.10\n${SEARCH}`), undefined);
  });

  test('after its own: glibc asks it last, musl at once', () => {
    const text = warning(`nameserver 10.0.0.10\nnameserver 192.168.1.1\n${SEARCH}`) ?? '';
    assert.match(text, /192\.168\.1\.1/);
    assert.match(text, /glibc asks it only when .*do not answer/);
    assert.match(text, /musl .*all at once/);
    assert.equal(resolve('g4', `nameserver 10.0.0.10\nnameserver 192.168.1.1\n${SEARCH}`)?.foreign?.line, 2);
  });

  test('before its own: glibc believes it when it says that there is no such name', () => {
    assert.match(warning(`nameserver 192.168.1.1\nnameserver 10.0.0.10\n${SEARCH}`) ?? '', /glibc asks it first/);
  });

  test('alone: nobody knows whether it knows', () => {
    assert.match(warning(`nameserver 192.168.1.1\n${SEARCH}`) ?? '', /192\.168\.1\.1.*not known/);
    assert.equal(resolve('g4', `nameserver 192.168.1.1\n${SEARCH}`)?.server, undefined);
  });
});
