import type { Change } from './result';

/** The command that makes a change, as it is typed on the node. */
export function changeCommand(change: Change): string {
  const { rule, key, value } = change;
  if (rule !== undefined) return `iptables ${rule}`;
  if (key !== undefined) return `sysctl -w ${key}=${value ?? ''}`;
  return `ip route ${routeCommand(change)}`;
}

/** What follows `ip route`. */
export function routeCommand({ route = '' }: Change): string {
  return route.startsWith('del ') ? route : `add ${route}`;
}
