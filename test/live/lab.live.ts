import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { suite, test, type TestContext } from 'node:test';
import type { FAULTS } from '../lab/faults';
import { Lab } from '../lab/lab';
import type { LabOptions } from '../lab/options';

async function labFor(context: TestContext, options: LabOptions): Promise<Lab> {
  const lab = await Lab.up(options);
  context.after(() => lab.close());
  return lab;
}

/** The network namespaces in which something runs. */
function networks(): Set<string> {
  const found = readdirSync('/proc').flatMap((pid) => {
    try {
      return /^\d+$/.test(pid) ? [readlinkSync(`/proc/${pid}/ns/net`)] : [];
    } catch {
      return []; // it has just ended
    }
  });
  return new Set(found);
}

suite('a lab', { concurrency: true }, () => {
  test('behaves as the founding document tells, and has what etcd then had', async (context) => {
    const lab = await labFor(context, {});
    assert.equal(await lab.curl('worker', '10.1.63.3'), '10.1.9.0');
    assert.equal(await lab.curl('worker', '10.0.0.103'), undefined);
    // Docker masquerades what leaves its bridge.
    assert.equal(await lab.curl('worker/alpine', '10.0.0.103'), '10.1.9.0');
    // The source is chosen for the way to the service address, before DNAT.
    assert.equal(await lab.curl('master', '10.0.0.103'), '192.168.199.238');
    const { stdout } = await lab.run(
      'master',
      `export ETCDCTL_API=2
etcdctl get /coreos.com/network/config
etcdctl get /coreos.com/network/subnets/10.1.63.0-24
etcdctl get /registry/services/specs/default/g4`,
    );
    const [config, lease, service = ''] = stdout.split('\n');
    assert.equal(config, '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}');
    assert.equal(lease, '{"PublicIP":"192.168.199.238"}');
    assert.match(service, /"clusterIP":"10\.0\.0\.103"/);
  });

  test('has a tunnel of the other kind, the rule that cures it, and an etcd of today', async (context) => {
    const lab = await labFor(context, { site: 'oracle', tunnel: 'vxlan', masquerade: true });
    assert.equal(await lab.curl('worker', '10.0.0.103'), '10.1.12.0');
    const link = await lab.run('worker', 'ip -d link show flannel.1');
    assert.match(link.stdout, / vxlan id 1 local 192\.168\.1\.12 /);
    const { stdout } = await lab.run('master', 'ETCDCTL_API=3 etcdctl get --prefix --print-value-only /');
    assert.match(stdout, /^\{"PublicIP":"192\.168\.1\.11","BackendType":"vxlan",/m);
    assert.match(stdout, /^k8s\0[^]*\n10\.0\.0\.103/m);
  });

  test('has nodes with files and processes of their own', async (context) => {
    const lab = await labFor(context, { site: 'oracle' });
    const full = await lab.run('worker', 'sudo sh -c "cat /dev/zero >/run/all; echo no >/etc/more"');
    assert.match(full.stderr, /No space left on device/);
    const other = await lab.run(
      'master',
      'hostname; cat /etc/hostname; sudo sh -c "echo yes >/etc/more"; cat /etc/more',
    );
    assert.equal(other.stdout, 'master\nmaster\nyes\n');
    assert.equal(existsSync('/etc/more'), false);
    assert.notEqual((await lab.run('master', 'sudo touch /usr/more')).code, 0);
    // The node's own network namespace, and that of its container.
    const seen = `sudo sh -c 'for pid in /proc/[0-9]*; do readlink $pid/ns/net; done' | sort -u | wc -l; ls /run/netns`;
    assert.equal((await lab.run('master', seen)).stdout, '2\ng4\n');
  });

  test('has nodes that fail', async (context) => {
    const lab = await labFor(context, { site: 'oracle', faults: true });
    const said = async (node: keyof typeof FAULTS, script: string): Promise<string> => {
      const { stdout, stderr } = await lab.run(node, script);
      return stdout + stderr;
    };
    assert.match(await said('down', 'true'), /Connection refused/);
    assert.match(await said('banner', 'true'), /Welcome to this node/);
    assert.match(await said('fish', 'echo $FISH_VERSION'), /^\d+\./);
    assert.match(await said('no-sudo', 'sudo -n true'), /a password is required/);
    assert.match(await said('hanging', 'sudo timeout 0.3 /usr/sbin/conntrack -L; echo code $?'), /code 124/);
    const cut = await lab.run('closing', 'seq 100000');
    // What the sshd had taken from the command but not yet sent is lost with it.
    assert.ok(cut.stdout.length <= 2000, cut.stdout.length.toString());
    assert.equal(cut.code, 255);
  });
});

suite('when a lab is closed', () => {
  test('nothing of it is left, and another one stays', async (context) => {
    const before = networks();
    const lab = await labFor(context, { site: 'oracle' });
    const other = await labFor(context, { site: 'oracle' });
    assert.ok(networks().size > before.size);
    await lab.close();
    assert.equal(lab.isUp, false);
    assert.equal(existsSync(lab.folder), false);
    assert.equal((await other.run('worker', 'hostname')).stdout, 'worker\n');
    await other.close();
    assert.deepEqual(networks(), before);
  });
});
