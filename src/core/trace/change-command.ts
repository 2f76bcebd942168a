import type { Change } from './result';

/** The command that makes a change, as it is typed on the node. */
export function changeCommand({ rule, key, value, route }: Change): string {
  if (rule !== undefined) return `iptables ${rule}`;
  if (key !== undefined) return `sysctl -w ${key}=${value ?? ''}`;
  return `ip route add ${route ?? ''}`;
}
