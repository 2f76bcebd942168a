import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../kernel/lab/command';
import { PRELUDE } from '../kernel/lab/network';
import { kubeProxy } from '../kernel/networks/kube-proxy';
import { type NodePlan, type Site, vtepMac } from '../kernel/networks/two-nodes';
import type { Machine } from './machine';

/*
 * Stand-ins for agents: they read the configuration that the real ones read when they are started, write what those would
 * write for it, and end. They are started anew by /etc/kubernetes/restart AGENT.
 */

export const KUBE_PROXY_CONFIG = '/etc/kubernetes/kube-proxy.yaml';
export const KUBE_PROXY_FLAGS = '/etc/kubernetes/proxy';
export const RESTART = '/etc/kubernetes/restart';

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
    exit ;;
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
`;
}

/** The key is flannel's own; the lease, the device and subnet.env follow from what is there. */
function flanneldScript({ worker, master }: Site, own: NodePlan, api: 2 | 3): string {
  const other = own === worker ? master : worker;
  const etcdctl = `ETCDCTL_API=${api} etcdctl --endpoints=http://${master.address}:2379`;
  const [get, put] = api === 2 ? ['get', 'set'] : ['get --print-value-only', 'put'];
  return `#!/bin/sh
# flanneld reads its configuration once, when it starts.
set -eu
config=$(${etcdctl} ${get} /coreos.com/network/config)
network=$(echo "$config" | sed 's/.*"Network": *"\\([^"]*\\)".*/\\1/')
backend=$(echo "$config" | sed -n 's/.*"Type": *"\\([^"]*\\)".*/\\1/p')
lease='{"PublicIP":"${own.address}"}'
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
    ip route add ${other.pods}.0/24 via ${other.pods}.0 dev flannel.1 onlink
    ip neigh add ${other.pods}.0 lladdr ${vtepMac(other)} dev flannel.1 nud permanent
    bridge fdb add ${vtepMac(other)} dev flannel.1 dst ${other.address}
    lease='{"PublicIP":"${own.address}","BackendType":"vxlan","BackendData":{"VNI":1,"VtepMAC":"${vtepMac(own)}"}}' ;;
  *) echo "unknown backend type: $backend" >&2; exit 1 ;;
esac
printf %s "$lease" | ${etcdctl} ${put} /coreos.com/network/subnets/${own.pods}.0-24 >/dev/null
printf 'FLANNEL_NETWORK=%s\\nFLANNEL_SUBNET=${own.pods}.1/24\\nFLANNEL_MTU=%s\\nFLANNEL_IPMASQ=false\\n' "$network" "$mtu" >/run/flannel/subnet.env
`;
}

/** Puts both on a node, with configurations that change nothing of what the lab has, and starts them. */
export async function startAgents(machine: Machine, site: Site, own: NodePlan, api: 2 | 3): Promise<void> {
  const folder = join(machine.folder, 'etc/kubernetes');
  mkdirSync(folder, { recursive: true });
  const files = {
    'kube-proxy': kubeProxyScript(site),
    flanneld: flanneldScript(site, own, api),
    restart: `#!/bin/sh
case $1 in
  kube-proxy) . ${KUBE_PROXY_FLAGS} && exec /etc/kubernetes/kube-proxy $KUBE_PROXY_ARGS ;;
  flanneld) exec /etc/kubernetes/flanneld ;;
esac
exit 1
`,
    'kube-proxy.yaml': `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: ""
iptables:
  masqueradeAll: false
`,
    proxy: 'KUBE_PROXY_ARGS="--proxy-mode=iptables --cluster-cidr= --masquerade-all=false"\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const program of ['kube-proxy', 'flanneld', 'restart']) chmodSync(join(folder, program), 0o755);
  for (const agent of ['kube-proxy', 'flanneld']) await mustRun([...machine.enter, RESTART, agent]);
}
