import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mustRun } from '../kernel/lab/command';
import { PRELUDE } from '../kernel/lab/network';
import { kubeProxy } from '../kernel/networks/kube-proxy';
import { type NodePlan, type Site, vtepMac } from '../kernel/networks/two-nodes';
import type { Machine } from './machine';
import { installStandIns } from './stand-ins/install';

/*
 * Stand-ins for agents: they read the configuration that the real ones read when they are started, write what those would
 * write for it, and stay. Stand-ins for systemd, or for Kubernetes, start them.
 */

/** Where the agents of a node have their configuration. Flags: in the unit itself, or in its file of variables. */
export interface AgentPlaces {
  readonly proxy: 'file' | 'unit' | 'environment' | 'config-map';
  readonly flannel: 'etcd v2' | 'etcd v3' | 'config-map';
}

export const KUBE_PROXY_CONFIG = '/var/lib/kube-proxy/kube-proxy-config.yaml';
export const KUBE_PROXY_FLAGS = '/etc/kubernetes/proxy';
const UNITS = '/etc/systemd/system';
export const KUBE_PROXY_UNIT = `${UNITS}/kube-proxy.service`;
const API = '/var/lib/kubernetes-api';

/** Its rules with everything that settings may add; the script leaves out what they do not. */
const CIDR = '@CIDR@';

function kubeProxyScript({ services }: Site): string {
  const rules = kubeProxy(services, { clusterCidr: CIDR, masqueradeAll: true });
  const maps = services.map(({ address, port, endpoints: [endpoint = ''], protocol = 'tcp' }) => {
    const [to = '', toPort = ''] = endpoint.split(':');
    return `    ip daddr ${address} ${protocol} dport ${port} dnat to ${to}:${toPort}`;
  });
  return `#!/bin/sh
# kube-proxy [--config=FILE] [--proxy-mode=…] [--cluster-cidr=…] [--masquerade-all[=…]]; with --config, flags do not count.
set -eu
mode= cidr= all=false config=
for flag; do
  case $flag in
    --config=*) config=\${flag#*=} ;;
    --proxy-mode=*) mode=\${flag#*=} ;;
    --cluster-cidr=*) cidr=\${flag#*=} ;;
    --masquerade-all=*) all=\${flag#*=} ;;
    --masquerade-all) all=true ;;
    *) echo "unknown flag: $flag" >&2; exit 1 ;;
  esac
done
if [ -n "$config" ]; then
  of() { sed -n "s/^ *$1: *\\"\\{0,1\\}\\([^\\"]*\\)\\"\\{0,1\\}\\$/\\1/p" "$config" | tail -n 1; }
  mode=$(of mode) cidr=$(of clusterCIDR) all=$(of masqueradeAll)
fi
work() {
# What it has written before, in either mode.
iptables-save -t nat | grep -v KUBE- | iptables-restore -w -T nat
nft delete table ip kube-proxy 2>/dev/null || :
case $mode in
  '' | iptables) ;;
  nftables)
    nft -f - <<'END'
table ip kube-proxy {
  chain services {
${maps.join('\n')}
  }
  chain nat-prerouting {
    type nat hook prerouting priority -100; policy accept;
    jump services
  }
  chain nat-output {
    type nat hook output priority -100; policy accept;
    jump services
  }
}
END
    return ;;
  *) echo "unknown proxy-mode: $mode" >&2; exit 1 ;;
esac
rules() {
  cat <<'END'
${rules}END
}
rules >/run/kube-proxy.rules
[ -n "$cidr" ] || sed -i '/! -s ${CIDR}/d' /run/kube-proxy.rules
[ "$all" = true ] || sed -i '/^nat KUBE-SERVICES -d .* -j KUBE-MARK-MASQ$/d' /run/kube-proxy.rules
sed -i "s|${CIDR}|$cidr|" /run/kube-proxy.rules
${PRELUDE}
. /run/kube-proxy.rules
rm /run/kube-proxy.rules
}
work
touch /run/kube-proxy.ready
${STAY}`;
}

/** As a daemon does; what it has set up stays when it ends. */
const STAY = `sleep infinity &
wait
`;

/**
 * The key is flannel's own; the lease, the device and subnet.env follow from what is there. Only here an interface of vxlan
 * goes with its flanneld: a node is to be as it was when a change is taken back.
 */
function flanneldScript({ worker, master }: Site, own: NodePlan, place: AgentPlaces['flannel']): string {
  const other = own === worker ? master : worker;
  const etcdctl = `ETCDCTL_API=${place === 'etcd v2' ? 2 : 3} etcdctl --endpoints=http://${master.address}:2379`;
  const [get, put] = place === 'etcd v2' ? ['get', 'set'] : ['get --print-value-only', 'put'];
  const config =
    place === 'config-map' ? 'cat /etc/kube-flannel/net-conf.json' : `${etcdctl} ${get} /coreos.com/network/config`;
  const leaseOf = ({ pods }: NodePlan): string => `/coreos.com/network/subnets/${pods}.0-24`;
  const keep = place === 'config-map' ? 'cat >/dev/null' : `${etcdctl} ${put} ${leaseOf(own)} >/dev/null`;
  const hear =
    place === 'config-map'
      ? 'learn; sleep infinity'
      : // Whatever comes between the two is seen in the next round.
        `while :; do case $(${etcdctl} ${get} ${leaseOf(other)}) in *'"vxlan"'*) learn ;; esac; timeout --foreground 2 ${etcdctl} watch ${leaseOf(other)} >/dev/null || :; done`;
  return `#!/bin/sh
# flanneld reads its configuration once, when it starts.
set -eu
config=$(${config})
network=$(echo "$config" | sed 's/.*"Network": *"\\([^"]*\\)".*/\\1/')
backend=$(echo "$config" | sed -n 's/.*"Type": *"\\([^"]*\\)".*/\\1/p')
lease='{"PublicIP":"${own.address}"}'
# What is known of a lease of the same backend.
learn() {
  ip neigh replace ${other.pods}.0 lladdr ${vtepMac(other)} dev flannel.1 nud permanent
  bridge fdb replace ${vtepMac(other)} dev flannel.1 dst ${other.address}
  ip route replace ${other.pods}.0/24 via ${other.pods}.0 dev flannel.1 onlink
}
ip link del flannel.1 2>/dev/null || :
case \${backend:-udp} in
  udp)
    mtu=1472
    ip link set flannel0 up
    ip route replace ${own.pods.replace(/\.\d+$/, '')}.0.0/16 dev flannel0 proto kernel scope link src ${own.pods}.0 ;;
  vxlan)
    mtu=1450
    ip link set flannel0 down
    ip link add flannel.1 address ${vtepMac(own)} type vxlan id 1 local ${own.address} dev eth0 dstport 8472 nolearning
    ip addr add ${own.pods}.0/32 dev flannel.1
    ip link set flannel.1 up
    lease='{"PublicIP":"${own.address}","BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"${vtepMac(own)}"}}' ;;
  *) echo "unknown backend type: $backend" >&2; exit 1 ;;
esac
printf %s "$lease" | ${keep}
printf 'FLANNEL_NETWORK=%s\\nFLANNEL_SUBNET=${own.pods}.1/24\\nFLANNEL_MTU=%s\\nFLANNEL_IPMASQ=false\\n' "$network" "$mtu" >/run/flannel/subnet.env.new
mv /run/flannel/subnet.env.new /run/flannel/subnet.env
[ "$backend" != vxlan ] || { ${hear}; }
${STAY}`;
}

const CONFIG = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: ""
iptables:
  masqueradeAll: false
`;
const FLAGS = '--proxy-mode=iptables --cluster-cidr= --masquerade-all=false';

function unit(command: string, more = ''): string {
  return `[Unit]\nAfter=network.target\n\n[Service]\n${more}ExecStart=${command}\nRestart=always\n`;
}

/** What starts kube-proxy. */
function kubeProxyFiles(place: AgentPlaces['proxy']): Record<string, string> {
  const program = '/etc/kubernetes/kube-proxy';
  switch (place) {
    case 'file':
      return { [KUBE_PROXY_UNIT]: unit(`${program} --config=${KUBE_PROXY_CONFIG}`), [KUBE_PROXY_CONFIG]: CONFIG };
    case 'unit':
      return { [KUBE_PROXY_UNIT]: unit(`${program} \\\n  ${FLAGS.replaceAll(' ', ' \\\n  ')}`) };
    case 'environment':
      return {
        [KUBE_PROXY_UNIT]: unit(`${program} $KUBE_PROXY_ARGS`, `EnvironmentFile=${KUBE_PROXY_FLAGS}\n`),
        [KUBE_PROXY_FLAGS]: `KUBE_PROXY_ARGS="${FLAGS}"\n`,
      };
    case 'config-map':
      return {
        ...daemonSet(
          'kube-system',
          'kube-proxy',
          '/var/lib/kube-proxy',
          `${program} --config=/var/lib/kube-proxy/config.conf`,
        ),
        [`${API}/configmaps/kube-system/kube-proxy/config.conf`]: CONFIG,
      };
  }
}

function flanneldFiles(place: AgentPlaces['flannel']): Record<string, string> {
  const program = '/etc/kubernetes/flanneld';
  if (place !== 'config-map') return { [`${UNITS}/flanneld.service`]: unit(program) };
  const map = 'kube-flannel-cfg';
  return {
    ...daemonSet('kube-flannel', 'kube-flannel-ds', '/etc/kube-flannel', `${program} --kube-subnet-mgr`, map),
    [`${API}/configmaps/kube-flannel/${map}/net-conf.json`]: '{"Network":"10.1.0.0/16","Backend":{"Type":"udp"}}\n',
  };
}

/** Its only pod has the ConfigMap as a folder of its own, as it was when it was started. */
function daemonSet(
  namespace: string,
  name: string,
  folder: string,
  command: string,
  map = name,
): Record<string, string> {
  const set = `${API}/daemonsets/${namespace}/${name}`;
  const start = `#!/bin/sh
set -eu
mkdir -p ${folder}
[ ! -e ${set}/pod ] || kill -KILL "-$(cat ${set}/pod)" 2>/dev/null || :
setsid unshare --mount sh -ec 'mount -t tmpfs tmpfs ${folder}; cp ${API}/configmaps/${namespace}/${map}/* ${folder}; exec ${command}' \\
  >>/var/log/${name}.log 2>&1 </dev/null &
echo $! >${set}/pod
echo "$1" >${set}/observed
`;
  return { [`${set}/start`]: start, [`${set}/wanted`]: '0\n', [`${set}/observed`]: '0\n' };
}

/** Puts both on a node, with configurations that change nothing of what the lab has, and starts them. */
export async function startAgents(machine: Machine, site: Site, own: NodePlan, places: AgentPlaces): Promise<void> {
  const { proxy, flannel } = places;
  const kubernetes = proxy === 'config-map' || flannel === 'config-map';
  const files: Record<string, string> = {
    '/etc/kubernetes/kube-proxy': kubeProxyScript(site),
    '/etc/kubernetes/flanneld': flanneldScript(site, own, flannel),
    ...kubeProxyFiles(proxy),
    ...flanneldFiles(flannel),
    // Without it, root has no rights in Kubernetes.
    ...(kubernetes && { '/etc/kubernetes/admin.conf': 'kind: Config\n' }),
  };
  await installStandIns(machine, 'systemd', ...(kubernetes ? (['kubernetes'] as const) : []));
  for (const [path, text] of Object.entries(files)) {
    const file = join(machine.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (text.startsWith('#!')) chmodSync(file, 0o755);
  }
  const start = (place: string, name: string, set: string): string =>
    place === 'config-map' ? `${API}/daemonsets/${set}/start 0` : `systemctl start ${name}`;
  // Each takes what it finds there: rules of its own, and a lease.
  await mustRun([
    ...machine.enter,
    'sh',
    '-euc',
    `export PATH=/usr/local/sbin:$PATH
rm /run/flannel/subnet.env
${start(proxy, 'kube-proxy', 'kube-system/kube-proxy')}
${start(flannel, 'flanneld', 'kube-flannel/kube-flannel-ds')}
until [ -e /run/flannel/subnet.env ] && [ -e /run/kube-proxy.ready ]; do sleep 0.1; done`,
  ]);
}
