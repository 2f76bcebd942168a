import { type Address, BITS } from '../net/address';
import { parsePrefix, prefixLength } from '../net/prefix';
import { parsePort, parseProtocol } from '../net/protocol';
import type { Rule } from './rule';
import { optionOf } from './rule-option';

/** The one host that a rule's packets go to, with protocol and port as far as the rule names them. */
export interface Destination {
  readonly address: Address;
  readonly protocol: number | undefined;
  readonly port: number | undefined;
}

/** Where a rule sends its packets, or which destination it is for. Undefined where that is no single host. */
export function destinationOf(rule: Rule): Destination | undefined {
  const protocol = parseProtocol(optionOf(rule, '--protocol') ?? '') || undefined;
  const { action } = rule.meaning;
  if (action.kind === 'dnat')
    return action.range.addresses && { address: action.range.addresses.from, protocol, port: action.range.ports?.from };
  const prefix = parsePrefix(optionOf(rule, '--destination') ?? '');
  if (!prefix || prefixLength(prefix) !== BITS[prefix.family]) return undefined;
  const { family, value } = prefix;
  return { address: { family, value }, protocol, port: parsePort(optionOf(rule, '--dport') ?? '') };
}
