import { type Family, parseAddress } from '../net/address';
import { EVERYWHERE, parsePrefix, type Prefix } from '../net/prefix';
import type { Problem } from '../problem';
import { linesOf } from '../text/lines';
import { type NextHop, type Route, routeText, type RouteType } from './route';

const HEADER = /^\s*Destination\s+Gateway\s+Genmask\b/m;
const ROW = /^(\S+)\s+(\S+)\s+(\d+\.\d+\.\d+\.\d+)\s+([A-Z!]+)\s+(.*?)\s*(\S+)\s*$/;

/** Whether the text is a table of `route`, `route -n` or `netstat -rn`. */
export function isRouteCommand(text: string): boolean {
  return HEADER.test(text);
}

/** Reads the IPv4 table of `route`, `route -n` and `netstat -rn` (route(8)). It lists the main table only. */
export function readRouteCommand(text: string, family: Family): { routes: Route[]; problems: Problem[] } {
  const routes: Route[] = [];
  const problems: Problem[] = [];
  for (const { text: line, number } of linesOf(text)) {
    if (line.trim() === '' || HEADER.test(line) || /^\s*Kernel IP/.test(line)) continue;
    const row = ROW.exec(line.trim());
    const route = row && family === 4 ? fromRow(row, number) : undefined;
    if (route) routes.push(route);
    else problems.push({ severity: 'error', line: number, message: `"${line.trim()}" is not a row of route's table` });
  }
  return { routes, problems };
}

function fromRow(row: RegExpExecArray, line: number): Route | undefined {
  const [, destination = '', gateway = '', mask = '', flags = '', middle = '', device = ''] = row;
  const prefix = readPrefix(destination, mask);
  if (!prefix) return undefined;
  const rejects = flags.includes('!');
  const type: RouteType = rejects ? 'unreachable' : 'unicast';
  const route = {
    family: 4 as const,
    table: 'main',
    type,
    destination: prefix,
    nextHops: [hopOf(gateway, rejects ? undefined : device, flags)],
    preferredSource: undefined,
    // netstat -rn prints MSS, window and irtt where route prints metric, references and use.
    metric: /^\d+\s+\d+\s+\d+$/.test(middle) ? Number(middle.split(/\s+/)[0]) : 0,
    tos: 0,
    scope: undefined,
    protocol: undefined,
    line,
  };
  return { ...route, text: routeText(route) };
}

function readPrefix(destination: string, mask: string): Prefix | undefined {
  if (destination === 'default') return EVERYWHERE[4];
  // route prints the network of RFC 3927 by this name, from /etc/networks.
  return parsePrefix(`${destination === 'link-local' ? '169.254.0.0' : destination}/${mask}`);
}

function hopOf(gateway: string, device: string | undefined, flags: string): NextHop {
  const none = !flags.includes('G') || gateway === '*' || gateway === '0.0.0.0';
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
