import { type Family, parseAddress } from '../net/address';
import { EVERYWHERE, type Prefix, parsePrefix } from '../net/prefix';
import type { Problem } from '../problem';
import { isObject, jsonItems, type JsonObject, numberOf, objectsOf, stringOf, stringsOf } from '../text/json';
import { linesOf } from '../text/lines';
import { isRouteCommand, readRouteCommand } from './route-command';
import { type NextHop, type Route, ROUTE_TYPES, routeText, type RouteType, tableName } from './route';

export interface Routes {
  readonly routes: readonly Route[];
  /** Whether the output lists every table, the local one included. */
  readonly allTables: boolean;
  readonly problems: readonly Problem[];
}

/** Reads `ip [-j] route [show table all]`, `route [-n]` and `netstat -rn`. */
export function readRoutes(text: string, family: Family): Routes {
  if (/^\s*\[/.test(text)) return readJson(text, family);
  if (isRouteCommand(text)) return { ...readRouteCommand(text, family), allTables: false };
  return readText(text, family);
}

function lists(routes: readonly Route[]): boolean {
  return routes.some((route) => route.table === 'local');
}

function readJson(text: string, family: Family): Routes {
  const { items, error } = jsonItems(text);
  const problems: Problem[] = error ? [{ severity: 'error', ...error }] : [];
  const routes: Route[] = [];
  for (const { value, line } of items) {
    const route = fromJson(value, family, line);
    if (route) routes.push(route);
    else problems.push({ severity: 'error', line, message: `not a route: ${JSON.stringify(value)}` });
  }
  return { routes, allTables: lists(routes), problems };
}

function fromJson(value: JsonObject, asked: Family, line: number): Route | undefined {
  const destination = stringOf(value, 'dst');
  if (destination === undefined) return undefined;
  const hops = objectsOf(value, 'nexthops');
  const nextHops = (hops.length > 0 ? hops : [value]).map(hopFromJson);
  const family = familyOf(destination, nextHops, 'pref' in value, asked);
  const prefix = readDestination(destination, family);
  const type = stringOf(value, 'type') ?? 'unicast';
  if (!prefix || !isRouteType(type)) return undefined;
  const route = {
    family,
    table: tableName(stringOf(value, 'table') ?? numberOf(value, 'table') ?? 'main'),
    type,
    destination: prefix,
    nextHops,
    preferredSource: parseAddress(stringOf(value, 'prefsrc') ?? ''),
    metric: numberOf(value, 'metric') ?? 0,
    tos: Number(stringOf(value, 'tos') ?? 0),
    scope: stringOf(value, 'scope'),
    protocol: stringOf(value, 'protocol'),
    line,
  };
  return { ...route, text: routeText(route, printedBehind(value)) };
}

/** What routeText does not know of. */
function printedBehind(value: JsonObject): string[] {
  const metrics = objectsOf(value, 'metrics').flatMap((one) => Object.entries(one));
  const preference = stringOf(value, 'pref');
  return [
    ...stringsOf(value, 'flags'),
    ...metrics.flatMap(([name, number]) => [name, String(number)]),
    ...(preference === undefined ? [] : ['pref', preference]),
  ];
}

function hopFromJson(value: JsonObject): NextHop {
  const via = isObject(value['via']) ? stringOf(value['via'], 'host') : undefined;
  const flags = stringsOf(value, 'flags');
  return {
    device: stringOf(value, 'dev'),
    gateway: parseAddress(stringOf(value, 'gateway') ?? via ?? ''),
    gatewayName: undefined,
    weight: numberOf(value, 'weight') ?? 1,
    dead: flags.includes('dead'),
    linkDown: flags.includes('linkdown'),
    ...(flags.length > 0 && { flags }),
  };
}

function isRouteType(text: string): text is RouteType {
  return (ROUTE_TYPES as readonly string[]).includes(text);
}

function readDestination(text: string, family: Family): Prefix | undefined {
  return text === 'default' || text === 'all' ? EVERYWHERE[family] : parsePrefix(text);
}

function familyOf(destination: string, hops: readonly NextHop[], hasPreference: boolean, asked: Family): Family {
  const prefix = parsePrefix(destination);
  if (prefix) return prefix.family;
  return hops.find((hop) => hop.gateway)?.gateway?.family ?? (hasPreference ? 6 : asked);
}

function readText(text: string, asked: Family): Routes {
  const routes: Route[] = [];
  const problems: Problem[] = [];
  for (const { text: line, number } of linesOf(text)) {
    if (line.trim() === '') continue;
    const previous = routes.at(-1);
    if (/^\s+nexthop /.test(line) && previous) {
      routes[routes.length - 1] = {
        ...previous,
        nextHops: [...previous.nextHops.filter((hop) => hop.device !== undefined), hopFromText(line)],
        text: `${previous.text} ${line.trim()}`,
      };
      continue;
    }
    // With -o, the next hops follow on the same line after backslashes.
    const [first = '', ...hops] = line.split(/\\?\s+(?=nexthop )/);
    const route = fromText(first, asked, number);
    if (!route) problems.push({ severity: 'error', line: number, message: `"${line.trim()}" is not a route` });
    else if (hops.length === 0) routes.push(route);
    else routes.push({ ...route, nextHops: hops.map(hopFromText), text: [route.text, ...hops].join(' ') });
  }
  return { routes, allTables: lists(routes), problems };
}

function fromText(line: string, asked: Family, number: number): Route | undefined {
  const words = line.trim().split(/\s+/);
  const first = words[0] ?? '';
  const typed = isRouteType(first);
  const destination = typed ? (words[1] ?? '') : first;
  const hop = hopFromText(line);
  const family = familyOf(destination, [hop], / pref \w+/.test(line), asked);
  const prefix = readDestination(destination, family);
  if (!prefix) return undefined;
  const after = (key: string): string | undefined => {
    const at = words.indexOf(key);
    return at < 0 ? undefined : words[at + 1];
  };
  return {
    family,
    table: tableName(after('table') ?? 'main'),
    type: typed ? first : 'unicast',
    destination: prefix,
    nextHops: [hop],
    preferredSource: parseAddress(after('src') ?? ''),
    metric: Number(after('metric') ?? 0),
    tos: Number(after('tos') ?? 0),
    scope: after('scope'),
    protocol: after('proto'),
    text: line.trim().replace(/\s+/g, ' '),
    line: number,
  };
}

function hopFromText(line: string): NextHop {
  const via = /\bvia (?:inet6? )?(\S+)/.exec(line)?.[1];
  return {
    device: /\bdev (\S+)/.exec(line)?.[1],
    gateway: parseAddress(via ?? ''),
    gatewayName: via !== undefined && !parseAddress(via) ? via : undefined,
    weight: Number(/\bweight (\d+)/.exec(line)?.[1] ?? 1),
    dead: /\bdead\b/.test(line),
    linkDown: /\blinkdown\b/.test(line),
    ...(/\bnexthop .*\bonlink\b/.test(line) && { flags: ['onlink'] }),
  };
}
