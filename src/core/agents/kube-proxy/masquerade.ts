import { formatPrefix, parsePrefix } from '../../net/prefix';
import type { Family } from '../../net/address';
import type { Settings } from '../refusal';

/** Which connections to service addresses kube-proxy marks for masquerading, and with which bit. */
export interface Masquerade {
  readonly who: 'all' | 'none' | Outside;
  /** What is from pods of the node, where that is known by something; masqueraded or not. */
  readonly local: Outside | undefined;
  /** Of KUBE-MARK-MASQ: `0x4000`. */
  readonly mark: string;
}

/** Those that do not come from where pods of the node are; as iptables-save prints it. */
export interface Outside {
  readonly not: '-s' | '-i';
  readonly value: string;
}

/** What kube-proxy makes of its settings (`getLocalDetector` in `cmd/kube-proxy/app/server_linux.go`). */
export function masqueradeOf(
  settings: Settings,
  family: Family,
  podCidr: string | undefined,
): Masquerade | { readonly unknown: string } {
  const bit = settings.get('iptables.masqueradeBit');
  const mark = `0x${(2 ** (typeof bit === 'number' ? bit : 14)).toString(16)}`;
  const local = localOf(settings, family, podCidr);
  if (local && 'unknown' in local) return local;
  return { who: settings.get('iptables.masqueradeAll') === true ? 'all' : (local ?? 'none'), local, mark };
}

function localOf(
  settings: Settings,
  family: Family,
  podCidr: string | undefined,
): Outside | { readonly unknown: string } | undefined {
  const text = (name: string): string => String(settings.get(name) ?? '');
  switch (text('detectLocalMode')) {
    case 'BridgeInterface':
      return { not: '-i', value: text('detectLocal.bridgeInterface') };
    case 'InterfaceNamePrefix':
      return { not: '-i', value: `${text('detectLocal.interfaceNamePrefix')}+` };
    case 'NodeCIDR':
      return podCidr === undefined
        ? { unknown: 'the podCIDR of the node was not collected' }
        : outsideOf(podCidr, family);
    default:
      return outsideOf(text('clusterCIDR'), family);
  }
}

function outsideOf(prefixes: string, family: Family): Outside | undefined {
  const found = prefixes.split(',').flatMap((one) => parsePrefix(one.trim()) ?? []);
  const prefix = found.find((one) => one.family === family);
  return prefix ? { not: '-s', value: formatPrefix(prefix) } : undefined;
}

export function sameWho(a: Masquerade['who'], b: Masquerade['who']): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : a.not === b.not && a.value === b.value;
}
