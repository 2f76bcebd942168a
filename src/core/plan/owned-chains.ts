import { chainPurpose } from '../netfilter/well-known-chains';

/** Where to change what the agents write, instead of in what they have written. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['kube-proxy', 'change the Service, or the configuration of kube-proxy'],
  ['kubelet', 'change the configuration of kubelet, or put a rule of your own before it'],
  ['kubelet or kube-proxy', 'leave it alone'],
  ['kube-router', 'change the NetworkPolicy'],
  ['dockerd', 'put the rule into DOCKER-USER, or change /etc/docker/daemon.json'],
  ['flanneld', "change flannel's network config, or its flag --ip-masq"],
  ['Calico', 'change the NetworkPolicy, GlobalNetworkPolicy or IPPool'],
]);

/** Chains by the beginning of their names, where the well-known ones of an agent are not all. */
const PREFIXES: readonly (readonly [prefix: RegExp, owner: string])[] = [
  [/^KUBE-/, 'kube-proxy'],
  [/^DOCKER(?!-USER$)/, 'dockerd'],
  [/^FLANNEL/, 'flanneld'],
  [/^cali-/, 'Calico'],
];

/** Why a rule in this chain would not last, and what to do instead; undefined for chains that are the administrator's. */
export function whyOwned(chain: string): string | undefined {
  const owner = PREFIXES.find(([prefix]) => prefix.test(chain)) && ownerOf(chain);
  if (owner === undefined) return undefined;
  const instead = INSTEAD.get(owner);
  return `${owner} owns chain ${chain} and writes it anew: ${instead ?? `change it by ${owner}`}`;
}

function ownerOf(chain: string): string | undefined {
  return chainPurpose(chain)?.owner ?? PREFIXES.find(([prefix]) => prefix.test(chain))?.[1];
}
