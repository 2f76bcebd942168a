import { parseAddress } from '../net/address';
import { type Prefix, prefixLength, prefixOf } from '../net/prefix';
import type { Problem } from '../problem';
import { isObject, jsonItems, type JsonObject, numberOf, objectsOf, stringOf, stringsOf } from '../text/json';
import { linesOf } from '../text/lines';
import { readIfconfig } from './ifconfig';
import { type Interface, type InterfaceAddress, type Scope, UNSPECIFIED, type Vxlan } from './interface';

export interface Interfaces {
  readonly interfaces: readonly Interface[];
  readonly problems: readonly Problem[];
}

/** Reads `ip [-d] [-j|-o] addr|link` and `ifconfig`. */
export function readInterfaces(text: string): Interfaces {
  if (/^\s*\[/.test(text)) return readJson(text);
  if (/^\d+: /m.test(text)) return readText(text);
  return readIfconfig(text);
}

function readJson(text: string): Interfaces {
  const { items, error } = jsonItems(text);
  const interfaces = items.flatMap(({ value, line }) => {
    const name = stringOf(value, 'ifname');
    return name === undefined ? [] : [fromJson(value, name, line)];
  });
  return { interfaces, problems: error ? [{ severity: 'error', ...error }] : [] };
}

function fromJson(value: JsonObject, name: string, line: number): Interface {
  const flags = stringsOf(value, 'flags');
  const info = isObject(value['linkinfo']) ? value['linkinfo'] : {};
  const data = isObject(info['info_data']) ? info['info_data'] : {};
  const slave = isObject(info['info_slave_data']) ? info['info_slave_data'] : {};
  const kind = stringOf(info, 'info_kind');
  return {
    ...UNSPECIFIED,
    name,
    line,
    index: numberOf(value, 'ifindex'),
    kind,
    loopback: flags.includes('LOOPBACK'),
    up: flags.length > 0 ? flags.includes('UP') : undefined,
    mtu: numberOf(value, 'mtu'),
    mac: stringOf(value, 'address'),
    master: stringOf(value, 'master'),
    peerIndex: numberOf(value, 'link_index'),
    lower: stringOf(value, 'link'),
    vxlan: kind === 'vxlan' ? vxlanOf(data) : undefined,
    hairpin: typeof slave['hairpin'] === 'boolean' ? slave['hairpin'] : undefined,
    xdp: isObject(value['xdp']),
    addresses: objectsOf(value, 'addr_info').flatMap((item) => addressFromJson(item, line)),
  };
}

function vxlanOf(data: JsonObject): Vxlan {
  return {
    id: numberOf(data, 'id'),
    local: parseAddress(stringOf(data, 'local') ?? stringOf(data, 'local6') ?? ''),
    device: stringOf(data, 'link'),
    port: numberOf(data, 'port') ?? 8472,
  };
}

function addressFromJson(item: JsonObject, line: number): InterfaceAddress[] {
  const address = parseAddress(stringOf(item, 'local') ?? '');
  const length = numberOf(item, 'prefixlen');
  if (!address || length === undefined) return [];
  const peer = parseAddress(stringOf(item, 'address') ?? '');
  const scope = (stringOf(item, 'scope') ?? 'global') as Scope;
  const secondary = item['secondary'] === true;
  return [{ address, network: prefixOf(peer ?? address, length), scope, secondary, line }];
}

const HEAD = /^(\d+): ([^\s:@]+)(?:@([^\s:]+))?:? (?:<([^>]*)>)?(.*)$/;

/** `ip addr`, `ip link`, with or without `-o` and `-d`. */
function readText(text: string): Interfaces {
  const found = new Map<string, Interface>();
  const problems: Problem[] = [];
  let current: Interface | undefined;
  const take = (device: Interface, part: string, line: number): Interface => {
    const after = detail(device, part, line);
    if (/^inet6? /.test(part) && after.addresses.length === device.addresses.length)
      problems.push({ severity: 'warning', line, message: `"${part}" has no address that can be read` });
    return after;
  };
  for (const { text: line, number } of linesOf(text)) {
    const head = HEAD.exec(line);
    if (head) {
      const [, index = '', name = '', at, flags, rest = ''] = head;
      const known = found.get(name);
      current = flags === undefined && known ? known : headLine(known, Number(index), name, at, flags, rest, number);
      // `-o` prints an address on the same line, the rest of a link after backslashes.
      for (const part of rest.split('\\')) current = take(current, part.trim(), number);
      found.set(name, current);
    } else if (current && line.trim() !== '') {
      current = take(current, line.trim(), number);
      found.set(current.name, current);
    } else if (line.trim() !== '') {
      problems.push({
        severity: 'warning',
        line: number,
        message: `"${line.trim()}" stands before the first interface`,
      });
    }
  }
  return { interfaces: [...found.values()], problems };
}

function headLine(
  known: Interface | undefined,
  index: number,
  name: string,
  at: string | undefined,
  flags: string | undefined,
  rest: string,
  line: number,
): Interface {
  const names = flags?.split(',');
  const mtu = /\bmtu (\d+)/.exec(rest)?.[1];
  const peer = /^if(\d+)$/.exec(at ?? '')?.[1];
  return {
    ...(known ?? UNSPECIFIED),
    name,
    line: known?.line ?? line,
    index,
    loopback: names?.includes('LOOPBACK') ?? name === 'lo',
    up: names?.includes('UP'),
    mtu: mtu === undefined ? undefined : Number(mtu),
    xdp: known?.xdp === true || /\bxdp(generic|offload|multi)?\b/.test(rest),
    master: /\bmaster (\S+)/.exec(rest)?.[1],
    peerIndex: peer === undefined ? undefined : Number(peer),
    lower: peer === undefined && at !== 'NONE' ? at : undefined,
    kind: known?.kind ?? (peer === undefined ? kindByName(name) : 'veth'),
  };
}

/** Kinds that `ip -d link` names at the beginning of a line. */
const KINDS =
  /^(veth|bridge|vxlan|tun|dummy|vlan|bond|macvlan|ipvlan|ipip|sit|gre|gretap|geneve|wireguard|ifb|vrf|openvswitch)\b/;

function detail(current: Interface, part: string, line: number): Interface {
  const inet = /^inet6? (\S+?)(?:\/(\d+))?(?: peer (\S+?)(?:\/(\d+))?)?(?= |$)(.*)$/.exec(part);
  if (inet) return { ...current, addresses: [...current.addresses, ...addressFromText(inet, line)] };
  const mac = /^link\/(\w+)(?: ([0-9a-f:]{17}))?/.exec(part);
  if (mac) {
    const kind = mac[1] === 'none' ? (current.kind ?? tunByName(current.name)) : current.kind;
    return { ...current, mac: mac[2], kind, loopback: current.loopback || mac[1] === 'loopback' };
  }
  if (part.startsWith('bridge_slave')) {
    const hairpin = /\bhairpin (on|off)/.exec(part)?.[1];
    return { ...current, hairpin: hairpin === undefined ? undefined : hairpin === 'on' };
  }
  const kind = KINDS.exec(part)?.[1];
  if (kind === undefined) return current;
  return { ...current, kind, vxlan: kind === 'vxlan' ? vxlanFromText(part) : undefined };
}

/** `ip addr` without -d does not name kinds; the ends of container links are called veth… by every runtime. */
function kindByName(name: string): string | undefined {
  return name.startsWith('veth') ? 'veth' : undefined;
}

/** A flannel or tun device without link layer is a TUN. */
function tunByName(name: string): string | undefined {
  return /^(tun|flannel)\d+$/.test(name) ? 'tun' : undefined;
}

function vxlanFromText(part: string): Vxlan {
  const id = /\bid (\d+)/.exec(part)?.[1];
  const port = /\bdstport (\d+)/.exec(part)?.[1];
  return {
    id: id === undefined ? undefined : Number(id),
    local: parseAddress(/\blocal (\S+)/.exec(part)?.[1] ?? ''),
    device: /\bdev (\S+)/.exec(part)?.[1],
    port: port === undefined ? 8472 : Number(port),
  };
}

function addressFromText(inet: RegExpExecArray, line: number): InterfaceAddress[] {
  const [, local = '', length, peerText, peerLength, rest = ''] = inet;
  const address = parseAddress(local);
  if (!address) return [];
  const peer = peerText === undefined ? undefined : parseAddress(peerText);
  const bits = peerLength ?? length;
  const network: Prefix = prefixOf(
    peer ?? address,
    bits === undefined ? prefixLength(prefixOf(address)) : Number(bits),
  );
  const scope = (/\bscope (\w+)/.exec(rest)?.[1] ?? 'global') as Scope;
  return [{ address, network, scope, secondary: /\bsecondary\b/.test(rest), line }];
}
