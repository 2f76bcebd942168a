import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { mustRun } from '../kernel/lab/command';
import type { Network, Space } from '../kernel/lab/network';
import { type KeyPair, keyPair } from '../nodes/support/fake-node';
import { Machine, type User } from './machine';
import type { LabOptions } from './options';
import type { Host } from './ssh-config';
import { Sshd, type SshdOptions } from './sshd';

/** Nodes that fail, each in its own way. */
export const FAULTS = {
  down: 'refuses connections',
  silent: 'takes connections and says nothing',
  'changed-key': 'shows another host key than known_hosts has',
  hanging: 'one of its commands, conntrack, does not end',
  banner: 'prints a banner before the login, and more after it',
  fish: 'fish is the login shell',
  'no-sudo': 'sudo is not allowed',
  closing: 'closes the connection in the middle of what it prints',
} as const;

/** A machine with an sshd. */
export interface RealNode {
  readonly machine: Machine;
  readonly sshd: Sshd;
}

interface Faulty {
  readonly name: keyof typeof FAULTS;
  readonly user?: Partial<User>;
  readonly sshd?: Partial<SshdOptions>;
  /** Commands on the machine, as root. */
  readonly setup?: string;
}

const FAULTY_NODES: readonly Faulty[] = [
  { name: 'changed-key' },
  {
    name: 'hanging',
    setup: `printf '#!/bin/sh\\nexec sleep 3600\\n' >/etc/hanging; chmod 755 /etc/hanging
mount --bind /etc/hanging "$(readlink -f "$(command -v conntrack)")"`,
  },
  {
    name: 'banner',
    sshd: { banner: 'Authorized use only.\nAll that you do is watched.\n' },
    user: { shell: '/bin/bash' },
    setup: `echo 'echo Welcome to this node; echo Be careful >&2' >/home/engineer/.bashrc`,
  },
  { name: 'fish', user: { shell: '/usr/bin/fish' } },
  { name: 'no-sudo', user: { name: 'guest' } },
  {
    name: 'closing',
    // The second lets sshd send what it has; what it has not sent when it is killed is lost.
    sshd: { config: [`ForceCommand sh -c "$SSH_ORIGINAL_COMMAND" | head -c 2000; sleep 1; kill -KILL $PPID`] },
  },
];

/** The folder of their machines, and the network namespace that all of them are in. */
export const FAULTY = 'faulty';

/** What a network has to have for them: an interface that looks like a node's. */
export function faultSpace({ faults = false }: LabOptions): Record<string, Space> {
  const setup = `
ip link add eth0 type veth peer name wire0
ip addr add 192.168.1.20/24 dev eth0
ip link set eth0 up
ip link set wire0 up`;
  return faults ? { [FAULTY]: { kind: 'unseen', setup } } : {};
}

/** How to log in to them, and those that run, by name. */
export interface Faults {
  readonly hosts: readonly Host[];
  readonly nodes: ReadonlyMap<string, RealNode>;
}

/** Starts them. `folder` is made; all of them end with the processes and namespaces of who asked for them. */
export async function startFaults(network: Network, folder: string, key: KeyPair): Promise<Faults> {
  mkdirSync(folder);
  const started = await Promise.all(
    FAULTY_NODES.map((faulty, at) => startFaulty(network, folder, key, faulty, 2200 + at)),
  );
  const closed = await listen();
  closed.server.close();
  const silent = await listen();
  silent.server.unref();
  const others = [
    { name: 'down', port: closed.port },
    { name: 'silent', port: silent.port },
  ];
  return {
    hosts: [...started.map(({ host }) => host), ...others],
    nodes: new Map(started.map(({ host, node }) => [host.name, node])),
  };
}

async function startFaulty(
  network: Network,
  parent: string,
  key: KeyPair,
  { name, user, sshd, setup = '' }: Faulty,
  port: number,
): Promise<{ host: Host; node: RealNode }> {
  const folder = join(parent, name);
  mkdirSync(folder);
  const space = network.namespace(FAULTY);
  const machine = await Machine.start({ folder, prefix: ['ip', 'netns', 'exec', space] });
  const account: User = { name: 'engineer', keys: [key.public], ...user };
  writeFileSync(join(folder, 'etc/resolv.conf'), 'nameserver 192.168.1.1\n');
  machine.addUser(name === 'no-sudo' ? account : { sudo: 'without password', ...account });
  await mustRun([...machine.enter, 'sh', '-eu'], setup);
  const node = { machine, sshd: await Sshd.start(machine, { port, address: '127.0.0.1', ...sshd }) };
  const host = { name, port: await network.agent.relay(space, '127.0.0.1', port), user: account.name };
  if (name !== 'changed-key') return { host, node };
  const knownHosts = join(parent, 'known_hosts');
  const other = keyPair().public.split(' ').slice(0, 2).join(' ');
  writeFileSync(knownHosts, `[127.0.0.1]:${host.port} ${other}\n`);
  return { host: { ...host, knownHosts }, node };
}

/** A server that answers nothing, on a port of its own. */
async function listen(): Promise<{ server: ReturnType<typeof createServer>; port: number }> {
  const server = createServer(() => undefined);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({ server, port: (server.address() as AddressInfo).port });
    });
  });
}
