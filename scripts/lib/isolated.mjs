import { spawnSync } from 'node:child_process';

/**
 * The arguments of unshare with which a command runs in namespaces of its own: whatever ends it, the kernel then takes
 * down what it made, and nothing of the machine is touched. /run is where ip keeps the names of namespaces, and iptables
 * its lock. `network`: whether its interfaces and ports, too, are its own.
 */
export const isolated = (command, { network = true } = {}) => [
  ...(process.getuid() === 0 ? [] : ['--map-root-user']),
  ...(network ? ['--net'] : []),
  ...['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...['sh', '-ec', 'mount -t tmpfs tmpfs /run; mkdir /run/netns; "$@"', 'sh', ...command],
];

/** Tries a shell script in such namespaces; what it says where it fails. */
export function tryIsolated(script) {
  const { status, stderr } = spawnSync('unshare', isolated(['sh', '-ec', script]), {
    encoding: 'utf8',
    env: { ...process.env, PATH: [process.env.PATH, '/usr/sbin', '/sbin'].join(':') },
    timeout: 20_000,
  });
  return status === 0 ? undefined : stderr.trim() || `exit code ${status}`;
}
