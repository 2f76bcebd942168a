import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { suite, test, type TestContext } from 'node:test';
import { collectNode, type CollectOptions, type NodeReading } from '../../src/nodes/collect';
import { connect } from '../../src/nodes/ssh/connect';
import { LiveNode } from './support/live-node';

/** Reads a node over a connection of its own, and holds it to leaving nothing behind. */
async function read(node: LiveNode, options: CollectOptions = {}): Promise<NodeReading> {
  const connection = await connect(node.settings, { questions: {} });
  try {
    return await collectNode(connection, 'worker', options);
  } finally {
    await connection.close();
    await node.isQuiet();
  }
}

function host({ record }: NodeReading): NonNullable<NodeReading['record']['namespaces'][0]>['outputs'] {
  return record.namespaces[0]?.outputs ?? {};
}

/** What every node with an interface has. */
const OF_EACH = ['ip-addr', 'ip-link', 'ip-route', 'ip-rule', 'sysctl', 'ss', 'resolv-conf', 'hosts', 'iptables-save'];

function assertWhole(reading: NodeReading): void {
  assert.deepEqual(reading.gaps, []);
  for (const id of OF_EACH) assert.equal(host(reading)[id]?.exitCode, 0, id);
}

const SUDOER = { name: 'somebody', sudo: 'without password' } as const;

suite('reading a node', { concurrency: 3, timeout: 120_000 }, () => {
  for (const [title, user, root] of [
    ['root', { name: 'root' }, 'root'],
    ['one who may use sudo', SUDOER, 'sudo'],
    ['one with fish, who may use sudo', { ...SUDOER, shell: '/usr/bin/fish' }, 'sudo'],
    ['one with tcsh, who may use sudo', { ...SUDOER, shell: '/usr/bin/tcsh' }, 'sudo'],
  ] as const)
    test(`by ${title}`, async (context) => {
      const node = await LiveNode.start(context, { users: [user] });
      await node.run('iptables -A INPUT -s 192.0.2.1 -m comment --comment "it is a \\"test\\"" -j ACCEPT');
      context.after(() => node.run('iptables -F INPUT').catch(() => undefined));
      const log: string[] = [];
      const reading = await read(node, { log: (line) => log.push(line) });
      assertWhole(reading);
      assert.equal(reading.root, root);
      assert.match(host(reading)['iptables-save']?.stdout ?? '', /-s 192\.0\.2\.1\/32 .*it is a \\"test\\"/);
      assert.equal(host(reading)['iptables-save']?.command, 'iptables-save -c');
      assert.ok(log.some((line) => /^worker: iptables-save -c \(exit code 0, \d+ bytes\)$/.test(line)));
    });

  for (const [title, sudo, said] of [
    ['without sudo', undefined, /sudo/],
    ['with sudo that asks for a password', 'with password', /a password is required/],
  ] as const)
    test(`by one ${title}: what needs root says so`, async (context) => {
      const node = await LiveNode.start(context, { users: [{ name: 'guest', ...(sudo && { sudo }) }] });
      const reading = await read(node);
      assert.equal(reading.root, 'none');
      assert.equal(host(reading)['ip-addr']?.exitCode, 0);
      const saved = reading.shortcomings.find(({ probe }) => probe === 'iptables-save');
      assert.equal(saved?.why, 'needs root');
      assert.match(saved.text, said);
      assert.match(host(reading)['iptables-save']?.stderr ?? '', /must be root/);
      assert.match(reading.gaps.join('\n'), /^iptables-save, .*only root may read it/m);
      assert.match(reading.gaps.join('\n'), /^Pods and containers were not read/m);
    });

  test('by one whose sudo hangs', async (context) => {
    const node = await LiveNode.start(context, { users: [{ name: 'guest' }] });
    await node.replace('sudo', 'sleep 1000');
    const reading = await read(node, { limits: { milliseconds: 4_000, maxBytes: 1 << 20, namespaces: 10 } });
    assert.deepEqual([reading.root, reading.broken], ['none', undefined]);
    assert.equal(host(reading)['ip-addr']?.exitCode, 0);
    assert.match(reading.gaps[0] ?? '', /^iptables-save, .*it says: nothing, it hangs/);
  });

  test('by one who may run some commands by sudo', async (context) => {
    const node = await LiveNode.start(context, { users: [{ name: 'auditor' }] });
    await node.run(`echo 'auditor ALL=(root) NOPASSWD: /usr/sbin/iptables-save' >>/etc/sudoers`);
    const reading = await read(node);
    assert.equal(reading.root, 'some by sudo');
    assert.equal(host(reading)['iptables-save']?.exitCode, 0);
    assert.equal(reading.shortcomings.find(({ probe }) => probe === 'ipset-save')?.why, 'needs root');
  });

  test('where sudo gives each command a terminal of its own', async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await node.run(`echo 'Defaults use_pty' >>/etc/sudoers`);
    assertWhole(await read(node));
  });

  test('a greeting of the shell, a banner and a message of the day do not disturb', async (context) => {
    const node = await LiveNode.start(context, {
      users: [{ ...SUDOER, shell: '/bin/bash' }],
      banner: 'Authorized use only.\n',
    });
    await node.run(`echo 'echo Welcome; echo Be careful >&2' >/home/somebody/.bashrc; echo Today >/etc/motd`);
    const reading = await read(node);
    assertWhole(reading);
    for (const output of Object.values(host(reading)))
      assert.doesNotMatch(output.stdout + output.stderr, /Welcome|Be ca/);
  });

  for (const user of [{ name: 'root' }, SUDOER])
    test(`a command that hangs is ended, and the rest is read, by ${user.name}`, async (context) => {
      const node = await LiveNode.start(context, { users: [user] });
      await node.replace('conntrack', 'echo half; sleep 1000 & sleep 1000');
      const reading = await read(node, { limits: { milliseconds: 4_000, maxBytes: 1 << 20, namespaces: 10 } });
      assert.deepEqual(
        reading.shortcomings.map(({ probe, why }) => [probe, why]),
        [['conntrack', 'took too long']],
      );
      assert.deepEqual(reading.gaps, ['conntrack: conntrack -L -o extended took more than 4 s.']);
      assert.deepEqual([host(reading)['conntrack']?.exitCode, host(reading)['conntrack']?.stdout], [124, '']);
      assert.equal(host(reading)['netns-processes']?.exitCode, 0);
    });

  test('a connection that breaks gives what was read so far, and the reason', async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await node.replace('conntrack', 'sleep 1000');
    const reading = await read(node, {
      onProgress: ({ command }) => {
        if (command.startsWith('conntrack')) node.breakConnections();
      },
    });
    assert.equal(reading.broken?.kind, 'closed');
    assert.match(reading.gaps[0] ?? '', /broke off/);
    assert.equal(host(reading)['iptables-save']?.exitCode, 0);
    assert.equal(host(reading)['conntrack'], undefined);
  });

  test('it can be stopped at any time', async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await node.replace('conntrack', 'trap "" TERM; sleep 1000');
    const controller = new AbortController();
    const { broken } = await read(node, {
      signal: controller.signal,
      onProgress: ({ command }) => {
        if (command.startsWith('conntrack')) controller.abort();
      },
    });
    assert.equal(broken?.kind, 'cancelled');
  });

  test('a node that falls silent is given up', async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await node.replace('conntrack', 'sleep 1000');
    const patience = { serverAliveInterval: 300, serverAliveCountMax: 2 };
    const connection = await connect({ ...node.settings, ...patience }, { questions: {} });
    const silence = `INPUT -i lo -p tcp --sport ${node.sshd.port} -j DROP`;
    const { broken, gaps } = await collectNode(connection, 'worker', {
      onProgress: ({ command }) => {
        if (command.startsWith('conntrack')) execFileSync('sh', ['-c', `iptables -I ${silence}`]);
      },
    });
    assert.equal(broken?.kind, 'closed');
    assert.match(gaps[0] ?? '', /broke off/);
    await connection.close();
    // It hears of it once the way is free again.
    execFileSync('sh', ['-c', `iptables -D ${silence}`]);
    await node.isQuiet();
  });

  test('an account that may not run commands', async (context) => {
    const node = await LiveNode.start(context, { users: [{ name: 'somebody', shell: '/usr/sbin/nologin' }] });
    await assert.rejects(read(node), { kind: 'shell', message: /does not run \/bin\/sh/ });
  });

  test('a file that is not UTF-8 is read as Latin-1, and says so', async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await node.run(`printf '192.0.2.1 caf\\351\\n' >/etc/hosts`);
    const reading = await read(node);
    assert.deepEqual(host(reading)['hosts'], {
      command: 'cat /etc/hosts',
      exitCode: 0,
      stdout: '192.0.2.1 café\n',
      stderr: '',
      encoding: 'latin1',
    });
  });
});

/** Starts a process with a network of its own on a machine; it ends with the machine. */
async function container(node: LiveNode, script: string): Promise<void> {
  const inside = `ip link add eth0 type veth peer name wire0; ${script}; echo ready; exec sleep infinity`;
  const argv = [...node.machine.enter, 'unshare', '--net', '--mount', 'sh', '-ec', inside];
  const child = spawn('env', argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the container has ended');
  });
  await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => undefined);
}

async function readWithContainers(context: TestContext, node: LiveNode): Promise<NodeReading> {
  const connection = await connect(node.settings, { questions: {} });
  context.after(() => connection.close());
  return collectNode(connection, 'worker');
}

suite('namespaces on a node', { concurrency: 3, timeout: 120_000 }, () => {
  test('are found by their processes and their names, and read with their files', async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await container(node, 'ip addr add 10.1.63.3/24 dev eth0; mount --bind /etc/passwd /etc/resolv.conf');
    await node.run(
      'ip netns add g4; ip -n g4 link add eth0 type veth peer name wire0; ip -n g4 addr add 10.1.63.4/24 dev eth0',
    );
    const { record, gaps } = await readWithContainers(context, node);
    assert.deepEqual(gaps, []);
    const [, named, other] = record.namespaces;
    assert.deepEqual([named?.name, named?.kind], ['g4', 'container']);
    assert.match(named?.outputs['ip-addr']?.stdout ?? '', /"10\.1\.63\.4"/);
    assert.equal(named?.outputs['ip-addr']?.command, 'ip -j addr');
    assert.equal(named.outputs['etcd-flannel'], undefined);
    assert.match(other?.name ?? '', /^process \d+$/);
    assert.match(other?.outputs['ip-addr']?.stdout ?? '', /"10\.1\.63\.3"/);
    // The process has files of its own: what it sees under this name, and not what the node does.
    assert.match(other?.outputs['resolv-conf']?.stdout ?? '', /^root:x:0/);
    assert.equal(other?.outputs['hosts']?.stdout, '127.0.0.1 localhost\n');
  });

  test("a container's link does not lead to the node's files", async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await node.run('mkdir /var/tmp/etc; ln -s /etc/shadow /var/tmp/etc/hosts');
    await container(node, 'mount --bind /var/tmp/etc /etc');
    const { record } = await readWithContainers(context, node);
    assert.match(record.namespaces[1]?.name ?? '', /^process/);
    assert.equal(record.namespaces[1]?.outputs['hosts']?.stdout, '');
  });

  test('may be very many: those beyond the limit are told of', async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await node.run('for at in $(seq 10 23); do ip netns add pod$at; done');
    const connection = await connect(node.settings, { questions: {} });
    context.after(() => connection.close());
    const limits = { milliseconds: 15_000, maxBytes: 1 << 20, namespaces: 12 };
    const { record, gaps } = await collectNode(connection, 'worker', { limits });
    assert.deepEqual(gaps, ['Of 14 network namespaces 12 were read: there are very many.']);
    assert.deepEqual(
      record.namespaces.map(({ name, outputs }) => [name, outputs['ip-rule']?.exitCode]),
      ['host', ...Array.from({ length: 12 }, (_, at) => `pod${10 + at}`)].map((name) => [name, 0]),
    );
  });

  test('of which nobody keeps anything are left out', async (context) => {
    const node = await LiveNode.start(context, { users: [SUDOER] });
    await container(node, 'ip link del eth0');
    const { record } = await readWithContainers(context, node);
    assert.deepEqual(
      record.namespaces.map(({ name }) => name),
      ['host'],
    );
  });
});
