import { type Family, parseAddress } from '../../net/address';
import { formatPrefix, parsePrefix } from '../../net/prefix';
import { protocolName } from '../../net/protocol';
import { quoteWord } from '../words';
import { readExtensions } from './extensions';
import { HOSTS } from './names';
import { parseProtocol } from '../../net/protocol';
import type { Row } from './row';

/** A rule as iptables-save prints it. */
export interface RuleText {
  readonly text: string;
  /** Where its options begin. */
  readonly from: number;
  readonly problems: readonly string[];
}

/**
 * `place` names the rule among all of its node: what the listing does not show of it is an unknown of its own, written as
 * `-m not-listed`. What it shows and this program does not understand is `-m listed`.
 */
export function writeRule(chain: string, row: Row, family: Family, place: string): RuleText {
  const extensions = readExtensions(row.rest, row.target);
  const interfaces = row.interfaces
    ? interfaceText('-i', row.interfaces.in) + interfaceText('-o', row.interfaces.out)
    : '';
  const text =
    `-A ${chain}` +
    addressText('-s', row.source, family) +
    addressText('-d', row.destination, family) +
    interfaces +
    protocolText(row.protocol) +
    fragmentText(row.fragment) +
    (row.interfaces ? '' : ` -m not-listed --interfaces ${quoteWord(place)}`) +
    extensions.matches +
    (extensions.cut ? ` -m not-listed --rest ${quoteWord(place)}` : '') +
    (extensions.target === '' ? '' : ` ${extensions.goto ? '-g' : '-j'} ${extensions.target}`);
  return { text, from: 3 + chain.length, problems: extensions.problems };
}

const EVERYWHERE: Readonly<Record<Family, string>> = { 4: '0.0.0.0/0', 6: '::/0' };
const SINGLE: Readonly<Record<Family, string>> = { 4: '/32', 6: '/128' };

/** A well-known name gives its address, any other stays and is unknown; an address stands with its length. */
function addressText(flag: string, cell: string, family: Family): string {
  const negated = cell.startsWith('!');
  const listed = negated ? cell.slice(1) : cell;
  const everywhere = listed === 'anywhere' || listed === EVERYWHERE[family];
  if (everywhere && !negated) return '';
  return `${negated ? ' !' : ''} ${flag} ${everywhere ? EVERYWHERE[family] : withLength(listed, family)}`;
}

function withLength(listed: string, family: Family): string {
  const slash = listed.indexOf('/');
  const name = slash < 0 ? listed : listed.slice(0, slash);
  const known = HOSTS[family].get(name);
  if (known !== undefined && slash >= 0) {
    const prefix = parsePrefix(known + listed.slice(slash));
    return prefix ? formatPrefix(prefix) : listed;
  }
  const address = known ?? listed;
  return address + (parseAddress(address) ? SINGLE[family] : '');
}

function interfaceText(flag: string, cell: string): string {
  const negated = cell.startsWith('!');
  const name = negated ? cell.slice(1) : cell;
  const any = name === '*' || name === 'any' || name === '+';
  if (any && !negated) return '';
  return `${negated ? ' !' : ''} ${flag} ${any ? '+' : name}`;
}

/** iptables 1.8.9 lists numbers, and saves names. */
function protocolText(cell: string): string {
  const negated = cell.startsWith('!');
  const listed = negated ? cell.slice(1) : cell;
  const number = parseProtocol(listed);
  if (number === 0) return '';
  return `${negated ? ' !' : ''} -p ${number === undefined ? listed : protocolName(number)}`;
}

function fragmentText(cell: string): string {
  return cell === '-f' ? ' -f' : cell === '!f' ? ' ! -f' : '';
}
