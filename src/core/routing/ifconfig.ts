import { parseAddress } from '../net/address';
import { parsePrefix, prefixOf } from '../net/prefix';
import type { Problem } from '../problem';
import { linesOf } from '../text/lines';
import { type Interface, type InterfaceAddress, type Scope, UNSPECIFIED } from './interface';

const HEAD = /^(\S+?):?\s+(?:Link encap:(\S+)|flags=\d+<([^>]*)>)(.*)$/;

/** Reads `ifconfig` of net-tools, of both the old style (`inet addr:`) and the new (`inet … netmask`). */
export function readIfconfig(text: string): { interfaces: Interface[]; problems: Problem[] } {
  const interfaces: Interface[] = [];
  const problems: Problem[] = [];
  let current: (Interface & { addresses: InterfaceAddress[] }) | undefined;
  for (const { text: line, number } of linesOf(text)) {
    const head = HEAD.exec(line);
    if (head) {
      const [, name = '', encapsulation, flags, rest = ''] = head;
      current = {
        ...UNSPECIFIED,
        name,
        line: number,
        loopback: name === 'lo' || encapsulation === 'Local',
        up: flags === undefined ? undefined : flags.split(',').includes('UP'),
        mtu: numberAfter(rest, /\bmtu (\d+)/),
        mac: /HWaddr ([0-9A-Fa-f:]{17})/.exec(rest)?.[1]?.toLowerCase(),
        kind: encapsulation === 'UNSPEC' ? 'tun' : undefined,
        addresses: [],
      };
      interfaces.push(current);
      continue;
    }
    if (line.trim() === '') continue;
    if (!current) {
      problems.push({
        severity: 'warning',
        line: number,
        message: `"${line.trim()}" stands before the first interface`,
      });
      continue;
    }
    const address = addressLine(line, number);
    if (address) current.addresses.push(address);
    else if (/^\s*inet6? /.test(line))
      problems.push({ severity: 'warning', line: number, message: `"${line.trim()}" has no address that can be read` });
    const mtu = numberAfter(line, /\bMTU:(\d+)/);
    if (mtu !== undefined) {
      current = { ...current, mtu, up: /\bUP\b/.test(line) };
      interfaces[interfaces.length - 1] = current;
    }
    const mac = /^\s+ether ([0-9a-f:]{17})/.exec(line)?.[1];
    if (mac !== undefined) {
      current = { ...current, mac };
      interfaces[interfaces.length - 1] = current;
    }
  }
  return { interfaces, problems };
}

function numberAfter(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

function addressLine(line: string, number: number): InterfaceAddress | undefined {
  const v4 = /\binet (?:addr:)?(\d[\d.]+)\b.*?(?:Mask:|netmask )(\d[\d.]+)/.exec(line);
  if (v4) {
    const address = parseAddress(v4[1] ?? '');
    const network = parsePrefix(`${v4[1] ?? ''}/${v4[2] ?? ''}`);
    if (!address || !network) return undefined;
    const scope: Scope = address.value >> 24n === 127n ? 'host' : 'global';
    return { address, network, scope, secondary: false, line: number };
  }
  const v6 = /\binet6 (?:addr: ?)?([0-9a-fA-F:]+)(?:\/(\d+)|\s+prefixlen (\d+))/.exec(line);
  const address = parseAddress(v6?.[1] ?? '');
  if (!v6 || !address) return undefined;
  const scope = (/(?:Scope:|scopeid \S*<)(\w+)/.exec(line)?.[1] ?? 'global').toLowerCase() as Scope;
  return { address, network: prefixOf(address, Number(v6[2] ?? v6[3])), scope, secondary: false, line: number };
}
