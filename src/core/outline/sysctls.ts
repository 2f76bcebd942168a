import type { NetworkNamespace } from '../snapshot/namespace';
import { unread, type OutlineItem } from './item';

/** Settings that decide whether a packet passes, beside the rules. */
const MATTERING =
  /^net\.(ipv4\.ip_forward|ipv[46]\.conf\.\S+\.(forwarding|rp_filter|route_localnet|accept_local|src_valid_mark|arp_ignore|arp_announce|proxy_arp)|bridge\.bridge-nf-call-\S+|netfilter\.nf_conntrack_(tcp_loose|tcp_be_liberal|max|count))$/;

export function sysctlsItem(namespace: NetworkNamespace): OutlineItem {
  const { sysctls } = namespace;
  if (!sysctls) return unread(namespace, 'Sysctls', 'sysctl net', ['sysctl']);
  const entries = [...sysctls.entries()].filter(([key]) => MATTERING.test(key));
  const forward = sysctls.get('net.ipv4.ip_forward')?.value;
  return {
    id: 'sysctls',
    label: 'Sysctls',
    description: forward === undefined ? '' : `ip_forward ${forward === '0' ? 'off' : 'on'}`,
    icon: 'settings',
    children: () =>
      entries.map(([key, { value, line }]) => ({
        id: key,
        label: key.replace(/^net\./, ''),
        description: `= ${value}${words(key, value)}`,
        icon: 'symbol-property',
        source: { node: namespace.node, namespace: namespace.name, output: 'sysctl', line },
        copy: `${key} = ${value}`,
      })),
  };
}

function words(key: string, value: string): string {
  if (!key.endsWith('rp_filter')) return '';
  return { '0': ' (off)', '1': ' (strict)', '2': ' (loose)' }[value] ?? '';
}
