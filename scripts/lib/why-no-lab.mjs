import { tryIsolated } from './isolated.mjs';
import { findProgram } from './programs.mjs';

const PROGRAMS = [
  'bridge',
  'conntrack',
  'curl',
  'etcd',
  'etcdctl',
  'faketime',
  'fish',
  'flock',
  'ip',
  'ip6tables',
  'ipset',
  'iptables',
];
PROGRAMS.push('nft', 'nsenter', 'perl', 'python3', 'ss', 'ssh', 'ssh-keygen', 'sshd', 'sudo', 'sysctl', 'unshare');

/** What a lab needs of the kernel; some containers and some kernels have it not. */
const TRIAL = `
mkdir /run/trial; chown 2000 /run/trial
ip netns add trial
ip link add name trial0 type veth peer name trial1 netns trial
ip link add name trial2 type bridge
ip link add name trial3 type vxlan id 1 local 127.0.0.1 dstport 8472
: <>/dev/net/tun
iptables -t nat -A OUTPUT -m conntrack --ctstate NEW -j RETURN
sysctl -q net.bridge.bridge-nf-call-iptables
mount --bind /run /etc`;

/** Why a lab of real nodes cannot be built on this machine, if so. */
export function whyNoLab() {
  if (process.platform !== 'linux') return 'it needs a Linux kernel';
  if (process.getuid() !== 0) return 'it needs root, to make machines with accounts of their own';
  const missing = PROGRAMS.filter((name) => !findProgram(name));
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const why = tryIsolated(TRIAL);
  return why && `neither accounts nor networks can be made here: ${why}`;
}
