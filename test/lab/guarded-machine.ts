import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectTo } from '../../src/nodes/apply/options';
import { connect } from '../../src/nodes/ssh/connect';
import { knownHostName } from '../../src/nodes/ssh/known-hosts';
import type { HostSettings } from '../../src/nodes/ssh/settings';
import { mustRun } from '../kernel/lab/command';
import { keyPair } from '../nodes/support/fake-node';
import { settingsFor } from '../nodes/support/settings';
import { Machine } from './machine';
import { neighboursOf } from './processes';
import { Sshd } from './sshd';
import { installStandIns } from './stand-ins/install';

export interface GuardedMachineOptions {
  /** What `/bin/sh` is; default: as here. */
  readonly sh?: 'bash' | 'busybox' | 'dash' | undefined;
  readonly etcd?: boolean;
  /** Whether a stand-in for systemd runs timers and units on it. */
  readonly systemd?: boolean;
  /** Whether its processes take their time from /etc/faketimerc (libfaketime(1)); the kernel does not. */
  readonly clock?: boolean;
}

let next = 1;

const DISK = '16m';

/** What is on it that a change may be about; all by root. */
const SETUP = `
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
iptables -t nat -A POSTROUTING -s 10.1.9.0/24 ! -o docker0 -j MASQUERADE
iptables -t nat -N KUBE-SERVICES
iptables -t nat -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
iptables -A INPUT -i lo -j ACCEPT
iptables-legacy -t mangle -A POSTROUTING -p tcp -j ACCEPT
ip link add flannel0 type veth peer name tunnel
ip link set tunnel up
ip addr add 10.1.9.0/16 dev flannel0
ip link set flannel0 up
ip route add 10.9.0.0/16 dev flannel0
mkdir -p /etc/kubernetes
printf 'mode: iptables\\nclusterCIDR: ""\\n' >/etc/kubernetes/proxy.conf
chmod 640 /etc/kubernetes/proxy.conf
printf '#!/bin/sh\\necho restarted >>/var/log/agent\\n' >/etc/kubernetes/restart-agent
chmod 755 /etc/kubernetes/restart-agent`;

/** A machine that is reached over a network of its own, has rules and files, and is to be changed and to come back. */
export class GuardedMachine {
  private constructor(
    readonly machine: Machine,
    private sshd: Sshd,
    readonly settings: HostSettings,
    private readonly space: string,
    private readonly folder: string,
    private readonly link: string,
  ) {}

  static async start(options: GuardedMachineOptions = {}): Promise<GuardedMachine> {
    const number = next++;
    const space = `guarded-${number}`;
    const [here, there] = [`10.78.${number}.1`, `10.78.${number}.2`];
    const folder = mkdtempSync(join(tmpdir(), 'hoplens-guarded-'));
    await mustRun(['mount', '-t', 'tmpfs', '-o', `size=${DISK},mode=755`, 'tmpfs', folder]);
    await mustRun(
      ['sh', '-eu'],
      // Its IPv6 addresses would come to be while the machine is looked at.
      `ip netns add ${space}
ip netns exec ${space} sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
ip link add guarded${number} type veth peer name eth0 netns ${space}
ip addr add ${here}/24 dev guarded${number}
ip link set guarded${number} up
ip -n ${space} addr add ${there}/24 dev eth0
ip -n ${space} link set eth0 up
ip -n ${space} link set lo up`,
    );
    const machine = await Machine.start({ folder, prefix: ['ip', 'netns', 'exec', space] });
    try {
      return await GuardedMachine.furnish(machine, { space, address: there, link: `guarded${number}` }, options);
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  private static async furnish(
    machine: Machine,
    { space, address, link }: { readonly space: string; readonly address: string; readonly link: string },
    { sh, etcd, clock, systemd }: GuardedMachineOptions,
  ): Promise<GuardedMachine> {
    const { folder } = machine;
    writeFileSync(join(folder, 'etc/resolv.conf'), 'nameserver 127.0.0.1\n');
    const key = keyPair();
    machine.addUser({ name: 'engineer', shell: '/bin/bash', keys: [key.public], sudo: 'without password' });
    await mustRun([...machine.enter, 'sh', '-eu'], SETUP);
    if (sh !== undefined)
      await mustRun([...machine.enter, 'sh', '-euc', `mount --bind "$(command -v ${sh})" "$(readlink -f /bin/sh)"`]);
    if (systemd === true) await installStandIns(machine, 'systemd');
    if (etcd === true) await startEtcd(machine);
    if (clock === true) {
      // Where it keeps the times of processes, by their numbers, which other machines have, too.
      await mustRun([...machine.enter, 'mount', '-t', 'tmpfs', 'tmpfs', '/dev/shm']);
      writeFileSync(join(folder, 'etc/faketimerc'), '+0\n');
      writeFileSync(join(folder, 'etc/ld.so.preload'), `${fakeTime()}\n`);
    }
    const sshd = await Sshd.start(machine, { port: 22 });
    const keys = mkdtempSync(join(tmpdir(), 'hoplens-keys-'));
    writeFileSync(join(keys, 'key'), key.private, { mode: 0o600 });
    writeFileSync(join(keys, 'known_hosts'), `${knownHostName(address, 22)} ${sshd.hostKey}\n`);
    const settings = settingsFor(22, {
      name: space,
      host: address,
      user: 'engineer',
      identityFiles: [join(keys, 'key')],
      userKnownHostsFiles: [join(keys, 'known_hosts')],
      identitiesOnly: true,
      connectTimeout: 3_000,
    });
    return new GuardedMachine(machine, sshd, settings, space, folder, link);
  }

  get name(): string {
    return this.settings.name;
  }

  readonly connectTo: ConnectTo = (_, signal) => connect(this.settings, { questions: {}, signal });

  /** Runs a script on it, as root. */
  run(script: string): Promise<string> {
    return mustRun([...this.machine.enter, 'bash', '-euc', script]);
  }

  /** Ends the sshd that listens, not the sessions; and starts it anew. */
  async restartSshd(): Promise<void> {
    await this.sshd.close();
    this.sshd = await Sshd.start(this.machine, { port: 22 });
  }

  /** Ends all sessions at once. */
  breakConnections(): void {
    for (const { pid, command } of neighboursOf(this.machine.target))
      if (/^sshd: \w+ \[priv\]|^sshd: \w+@notty/.test(command)) process.kill(Number(pid), 'SIGKILL');
  }

  /** The cable to it. */
  async setLink(to: 'up' | 'down'): Promise<void> {
    await mustRun(['ip', 'link', 'set', this.link, to]);
  }

  /** All that a change of it may touch. Equal texts: nothing is different, and nothing of a change is left. */
  async state(): Promise<string> {
    return this.run(STATE);
  }

  async close(): Promise<void> {
    await this.sshd.close();
    await this.machine.close();
    await mustRun(['umount', '--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(join(this.settings.identityFiles[0] ?? '', '..'), { recursive: true, force: true });
    await mustRun(['ip', 'netns', 'del', this.space]);
  }
}

/** Counters, dates, and what the kernel counts by itself are left out; /run and /var hold what is left of a change. */
const STATE = `
PATH=/usr/sbin:/usr/bin:/sbin:/bin
for save in iptables-save ip6tables-save iptables-legacy-save ip6tables-legacy-save; do
  echo "== $save"
  $save 2>/dev/null | sed -e '/^#/d' -e 's/\\[[0-9]*:[0-9]*\\]//'
done
echo == routes; ip route show table all | sort; ip rule
echo == sysctls; sysctl net.ipv4.conf net.ipv4.ip_forward net.ipv6.conf 2>/dev/null | grep -v stable_secret
echo == files; find /etc /run /var /root /home -xdev ! -path '/var/lib/hoplens*' ! -path '/var/log*' ! -path '/run/xtables.lock' \\
  ! -path '/var/lib/etcd*' ! -path '/run/sudo*' ! -path '/run/systemd/loaded*' ! -path '/var/lib/sudo*' ! -path '/home/*/.bash_history' \\
  -printf '%p %y %m %u %l\\n' | sort
# One of them may go meanwhile.
find /etc -xdev -type f | sort | xargs sha256sum || :
echo == left; ls -A /var/lib/hoplens 2>/dev/null | grep -vx journal || :
for environ in /proc/[0-9]*/cmdline; do tr '\\0' ' ' 2>/dev/null <$environ | grep hoplens || :; done
if [ -d /var/lib/etcd ]; then
  echo == etcd
  ETCDCTL_API=3 etcdctl get --prefix / ; ETCDCTL_API=2 etcdctl get /coreos.com/network/config
fi`;

async function startEtcd(machine: Machine): Promise<void> {
  mkdirSync(join(machine.folder, 'var/lib/etcd'), { recursive: true });
  const start = `mount -t tmpfs -o size=300m tmpfs /var/lib/etcd
exec etcd --data-dir /var/lib/etcd/data --enable-v2=true --log-level error >/dev/null 2>&1`;
  spawn('env', [...machine.enter, 'sh', '-ec', start], { stdio: 'ignore' });
  await mustRun(
    [...machine.enter, 'sh', '-eu'],
    `until ETCDCTL_API=3 etcdctl --command-timeout=1s endpoint health >/dev/null 2>&1; do sleep 0.1; done
ETCDCTL_API=2 etcdctl set /coreos.com/network/config '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}' >/dev/null
ETCDCTL_API=3 etcdctl put /coreos.com/network/config '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}' >/dev/null
`,
  );
}

/** Where Debian and its like have it. */
function fakeTime(): string {
  const files = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}/faketime/libfaketime.so.1`);
  const file = files.find((one) => existsSync(one));
  if (file === undefined) throw new Error('libfaketime is not installed');
  return file;
}
