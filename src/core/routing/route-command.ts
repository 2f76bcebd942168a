import { type Family, parseAddress } from '../net/address';
import { EVERYWHERE, parsePrefix, type Prefix } from '../net/prefix';
import type { Problem } from '../problem';
import { linesOf } from '../text/lines';
import { type NextHop, type Route, routeText, type RouteType } from './route';

const HEADER = /^\s*Destination\s+Gateway\s+Genmask\b/m;
/** `route -6`, `netstat -6rn` */
const HEADER6 = /^\s*Destination\s+Next Hop\s+Flag/m;

/** Whether the text is a table of `route`, `route -n` or `netstat -rn`. */
export function isRouteCommand(text: string): boolean {
  return HEADER.test(text) || HEADER6.test(text);
}

/** Reads the table of `route -6` (net-tools `rprint_fib6`): destination, next hop, flags, metric, references, use, interface. */
function readTable6(text: string): { routes: Route[]; problems: Problem[] } {
  const routes: Route[] = [];
  const problems: Problem[] = [];
  for (const { text: line, number } of linesOf(text)) {
    if (line.trim() === '' || HEADER6.test(line) || /^\s*Kernel IP/.test(line)) continue;
    const words = line.trim().split(/\s+/);
    const [destination = '', nextHop = '', flags = '', metric = '', , , device = ''] = words;
    const prefix = parsePrefix(destination.replace(/^\[(.*)\]/, '$1'));
    if (!prefix || !/^[A-Za-z!]+$/.test(flags) || !/^-?\d+$/.test(metric) || device === '') {
      problems.push({ severity: 'error', line: number, message: `"${line.trim()}" is not a row of route's table` });
      continue;
    }
    const local = flags.includes('n') && device === 'lo';
    const route = {
      family: 6 as const,
      table: local ? 'local' : 'main',
      type: flags.includes('!') ? ('unreachable' as const) : local ? ('local' as const) : ('unicast' as const),
      destination: prefix,
      nextHops: [hopOf(nextHop.replace(/^\[(.*)\]$/, '$1'), flags.includes('!') ? undefined : device, flags)],
      preferredSource: undefined,
      metric: Math.max(0, Number(metric)),
      tos: 0,
      scope: undefined,
      protocol: undefined,
      line: number,
    };
    routes.push({ ...route, text: routeText(route) });
  }
  return { routes, problems };
}

/** Reads the IPv4 table of `route`, `route -n` and `netstat -rn` (route(8)). It lists the main table only. */
export function readRouteCommand(text: string, family: Family): { routes: Route[]; problems: Problem[] } {
  if (!HEADER.test(text)) return readTable6(text);
  const routes: Route[] = [];
  const problems: Problem[] = [];
  let columns: readonly string[] = [];
  for (const { text: line, number } of linesOf(text)) {
    const words = line.trim().split(/\s+/);
    if (HEADER.test(line)) columns = words;
    else if (line.trim() !== '' && !/^\s*Kernel IP/.test(line)) {
      const route =
        family === 4 ? fromRow(new Map(columns.map((name, at) => [name, words[at] ?? ''])), number) : undefined;
      if (route) routes.push(route);
      else problems.push(unreadable(line.trim(), words, number));
    }
  }
  return { routes, problems };
}

function unreadable(line: string, [destination = '', , mask = '']: readonly string[], number: number): Problem {
  if (/^[a-z_]/i.test(destination) && parseAddress(mask))
    return {
      severity: 'warning',
      line: number,
      message: `the route to "${destination}" is left out: run route -n, which shows addresses instead of names`,
    };
  return { severity: 'error', line: number, message: `"${line}" is not a row of route's table` };
}

/** A row, by the names of its columns: `route` has metrics, `netstat -rn` has MSS, window and irtt in their place. */
function fromRow(row: ReadonlyMap<string, string>, line: number): Route | undefined {
  const prefix = readPrefix(row.get('Destination') ?? '', row.get('Genmask') ?? '');
  const flags = row.get('Flags') ?? '';
  const device = row.get('Iface') ?? '';
  const metric = row.get('Metric') ?? '0';
  if (!prefix || !/^[A-Z!]+$/.test(flags) || device === '' || !/^\d+$/.test(metric)) return undefined;
  // A blackhole has "*" for an interface; unreachable and prohibit look alike.
  const type: RouteType = flags.includes('!') ? 'unreachable' : device === '*' ? 'blackhole' : 'unicast';
  const route = {
    family: 4 as const,
    table: 'main',
    type,
    destination: prefix,
    nextHops: [hopOf(row.get('Gateway') ?? '', type === 'unicast' ? device : undefined, flags)],
    preferredSource: undefined,
    metric: Number(metric),
    tos: 0,
    scope: undefined,
    protocol: undefined,
    line,
  };
  return { ...route, text: routeText(route) };
}

function readPrefix(destination: string, mask: string): Prefix | undefined {
  if (destination === 'default') return EVERYWHERE[4];
  // route prints networks of /etc/networks by name; these two are in every distribution's.
  const network = { 'link-local': '169.254.0.0', loopback: '127.0.0.0' }[destination] ?? destination;
  return parsePrefix(`${network}/${mask}`);
}

function hopOf(gateway: string, device: string | undefined, flags: string): NextHop {
  const none = !flags.includes('G') || gateway === '*' || gateway === '0.0.0.0' || gateway === '::';
  const address = none ? undefined : parseAddress(gateway);
  return {
    device,
    gateway: address,
    gatewayName: none || address ? undefined : gateway,
    weight: 1,
    dead: false,
    linkDown: false,
  };
}
