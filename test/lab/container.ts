import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Machine } from './machine';

export interface ContainerOptions {
  /** Its host name. */
  readonly name: string;
  /** The file that stands for its network namespace. */
  readonly network: string;
  readonly address: string;
  readonly resolvConf: string;
}

/** In the container's network namespace and among the machine's files: gives the namespace its name there. */
const NAME_IT = `
touch "/run/netns/$1"
mount --bind /proc/self/ns/net "/run/netns/$1"
shift
exec "$@"`;

/** Among files of its own. */
const INSIDE = `
mount -t sysfs sysfs /sys
for file in hostname hosts resolv.conf; do mount --bind "/var/lib/containers/$1/$file" "/etc/$file"; done
hostname "$1"
echo ready
exec sleep infinity`;

/**
 * Starts a container on a machine, as Docker would: a process with namespaces of its own, which the machine's processes
 * see. It ends with the machine.
 */
export async function startContainer(machine: Machine, options: ContainerOptions): Promise<void> {
  const { name, network, address, resolvConf } = options;
  const folder = `${machine.folder}/var/lib/containers/${name}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/hostname`, `${name}\n`);
  writeFileSync(`${folder}/hosts`, `127.0.0.1 localhost\n${address} ${name}\n`);
  writeFileSync(`${folder}/resolv.conf`, resolvConf);
  const apart = ['unshare', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const command = [
    ...['nsenter', `--net=${network}`],
    ...['nsenter', '--target', machine.target, '--mount', '--uts', '--pid'],
    ...['sh', '-ec', NAME_IT, 'sh', name],
    ...[...apart, 'sh', '-ec', INSIDE, 'sh', name],
  ];
  const child = spawn('env', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(child, `container ${name}`);
}

/** Waits for the first line that a process prints. */
function ready(child: ChildProcessByStdio<null, Readable, null>, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', () => {
      resolve();
    });
    child.once('error', reject).once('exit', (code) => {
      reject(new Error(`${what} ended with code ${code ?? '?'}`));
    });
  });
}
