import { type Address, formatAddress, sameAddress } from '../net/address';
import type { Names } from '../netfilter/match';
import type { Ruleset } from '../netfilter/ruleset';
import { type ProxiedPort, proxiedPorts } from './kube-proxy';

/** Names that the rules themselves give: services and endpoints by kube-proxy's comments and chains. */
export interface RuleNames extends Names {
  /** `service default/g2`, for the chains of a service and of its endpoints. */
  chain(name: string): string | undefined;
  /** The service ports that the rules are of. */
  readonly ports: readonly ProxiedPort[];
}

/**
 * @param beyond names from elsewhere, asked for addresses that the rules do not name
 */
export function namesFromRules(ruleset: Ruleset, beyond?: Names): RuleNames {
  const nat = ruleset.tables.get('nat');
  const ports = nat ? proxiedPorts(nat) : [];
  const chains = new Map<string, string>();
  for (const port of ports) {
    if (port.name === undefined) continue;
    if (port.chain !== undefined) chains.set(port.chain, `service ${port.name}`);
    for (const endpoint of port.endpoints()) chains.set(endpoint.chain, `service ${port.name}`);
  }
  return {
    ports,
    chain: (name) => chains.get(name),
    address: (address) => {
      const text = formatAddress(address);
      const known = beyond?.address(address) ?? text;
      return known === text ? nameOf(ports, address, text) : known;
    },
  };
}

function nameOf(ports: readonly ProxiedPort[], address: Address, text: string): string {
  const service = ports.find((port) => sameAddress(port.address, address));
  if (service?.name !== undefined) return `${text} (service ${bare(service.name)})`;
  const owner = ports.find((port) => port.endpoints().some((endpoint) => sameAddress(endpoint.address, address)));
  return owner?.name === undefined ? text : `${text} (container of ${bare(owner.name)})`;
}

/** The service's name without that of its port. */
function bare(name: string): string {
  return name.replace(/:.*$/, '');
}
