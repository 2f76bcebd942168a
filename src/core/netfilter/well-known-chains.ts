/** Who writes a chain, and what it is for. */
export interface ChainPurpose {
  /** The program that keeps the chain, and rewrites what others put into it. */
  readonly owner: string | undefined;
  /** Follows "CHAIN …": a clause that begins with a verb. */
  readonly purpose: string;
}

type Entry = readonly [pattern: RegExp, owner: string | undefined, purpose: string];

/* Sources: kube-proxy pkg/proxy/iptables, kubelet_network_linux.go, moby daemon/libnetwork, flannel pkg/trafficmngr/iptables,
   Calico felix rules, Istio tools/istio-iptables, ufw(8), fail2ban actions, CNI plug-ins portmap and firewall. */
const CHAINS: readonly Entry[] = [
  [/^PREROUTING$/, undefined, 'sees every packet that comes in, before the routing decision'],
  [/^INPUT$/, undefined, 'sees packets for this node itself, after the routing decision'],
  [/^FORWARD$/, undefined, 'sees packets that this node passes on between interfaces'],
  [/^OUTPUT$/, undefined, 'sees packets that processes of this node send'],
  [/^POSTROUTING$/, undefined, 'sees every packet that leaves, after the routing decision'],

  [
    /^KUBE-SERVICES$/,
    'kube-proxy',
    'has a rule for each service address and port, which leads to the chain of that service',
  ],
  [/^KUBE-SVC-/, 'kube-proxy', 'picks an endpoint of one service'],
  [/^KUBE-SVL-/, 'kube-proxy', 'picks an endpoint of one service among those on this node'],
  [
    /^KUBE-SEP-/,
    'kube-proxy',
    "sends to one endpoint of a service: it rewrites the destination from the service address to the endpoint's",
  ],
  [/^KUBE-EXT-/, 'kube-proxy', 'takes traffic for one service that comes from outside the cluster'],
  [/^KUBE-XLB-/, 'kube-proxy', 'takes outside traffic for a service whose externalTrafficPolicy is Local'],
  [/^KUBE-FW-/, 'kube-proxy', 'lets the allowed source ranges of a LoadBalancer service through'],
  [
    /^KUBE-MARK-MASQ$/,
    'kube-proxy',
    'marks packets, so that KUBE-POSTROUTING gives them an address of this node as source',
  ],
  [/^KUBE-MARK-DROP$/, 'kubelet', 'marks packets, so that KUBE-FIREWALL drops them'],
  [/^KUBE-POSTROUTING$/, 'kube-proxy', 'masquerades the packets that KUBE-MARK-MASQ has marked'],
  [/^KUBE-NODEPORTS$/, 'kube-proxy', 'has a rule for each NodePort; it is reached only for addresses of this node'],
  [
    /^KUBE-FORWARD$/,
    'kube-proxy',
    'accepts forwarded traffic of services, and drops what connection tracking finds invalid',
  ],
  [/^KUBE-FIREWALL$/, 'kubelet', 'drops marked packets, and those from elsewhere to loopback addresses'],
  [/^KUBE-EXTERNAL-SERVICES$/, 'kube-proxy', 'refuses outside traffic for services without usable endpoints'],
  [/^KUBE-PROXY-FIREWALL$/, 'kube-proxy', 'drops traffic that loadBalancerSourceRanges do not allow'],
  [
    /^KUBE-(PROXY|KUBELET)-CANARY$|^KUBE-IPTABLES-HINT$/,
    'kubelet or kube-proxy',
    'is empty on purpose: when it is gone, its owner knows that the tables were flushed',
  ],
  [/^KUBE-NWPLCY-|^KUBE-POD-FW-|^KUBE-ROUTER-/, 'kube-router', 'enforces network policies'],

  [/^DOCKER$/, 'dockerd', 'has a rule for each port that a container publishes'],
  [
    /^DOCKER-USER$/,
    undefined,
    "is left by Docker for rules of the administrator: it is asked before all of Docker's own",
  ],
  [/^DOCKER-ISOLATION-STAGE-/, 'dockerd', 'keeps Docker networks apart from each other'],
  [/^DOCKER-(FORWARD|BRIDGE|CT|INTERNAL)/, 'dockerd', 'handles forwarded traffic of Docker networks'],

  [/^FLANNEL-POSTRTG$/, 'flanneld', 'masquerades traffic between the pod network and the rest'],
  [/^FLANNEL-FWD$/, 'flanneld', 'accepts forwarded traffic of the pod network'],
  [/^FLANNEL$/, 'flanneld', 'masquerades traffic that leaves the pod network'],

  [/^cali-?(tw|fw)-/, 'Calico', 'enforces the policies of one workload'],
  [/^cali-/, 'Calico', "is part of Calico's policy and routing rules"],
  [/^(OLD_)?CILIUM_/, 'Cilium', "is part of Cilium's rules beside its eBPF programs"],
  [/^ISTIO_/, 'Istio', 'redirects traffic to the Envoy sidecar'],
  [/^CNI-(DN|SN|HOSTPORT)/, 'CNI portmap', 'publishes ports of containers'],
  [/^CNI-/, 'a CNI plug-in', 'masquerades or forwards traffic of one container network'],
  [/^WEAVE/, 'Weave Net', "is part of Weave's rules"],
  [/^LIBVIRT_/, 'libvirt', 'forwards traffic of virtual machines'],
  [/^ufw6?-/, 'ufw', 'is part of the firewall that ufw keeps'],
  [/^f2b-|^fail2ban-/, 'fail2ban', 'refuses addresses that fail2ban has banned'],
  [/^NETAVARK/, 'netavark (Podman)', "is part of Podman's network rules"],
];

/** What a chain is for, by its name; undefined for chains that nobody well known keeps. */
export function chainPurpose(name: string): ChainPurpose | undefined {
  const found = CHAINS.find(([pattern]) => pattern.test(name));
  return found && { owner: found[1], purpose: found[2] };
}
