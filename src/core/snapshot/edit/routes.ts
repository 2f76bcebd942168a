import type { Family } from '../../net/address';
import { formatPrefix, type Prefix } from '../../net/prefix';
import { readRoutes } from '../../routing/read-routes';
import type { Route } from '../../routing/route';
import { isRouteCommand } from '../../routing/route-command';
import { endLine } from '../../text/lines';
import type { NamespaceRecord } from '../format';
import { editOutput } from './output';

/** The output without some of its routes; JSON and the table of `route` in the words of ip route, to which a line can be added. */
export function withoutRoutes(stdout: string, family: Family, without: readonly Route[]): string {
  if (!stdout.trimStart().startsWith('[') && !isRouteCommand(stdout)) {
    const gone = new Set(without.map(({ line }) => line));
    let isGone = false;
    return endLine(stdout)
      .split('\n')
      .filter((line, at) => {
        // Next hops of its own follow a route.
        if (!/^\s+nexthop /.test(line)) isGone = gone.has(at + 1);
        return !isGone;
      })
      .join('\n');
  }
  return readRoutes(stdout, family)
    .routes.filter((one) => !without.some(({ text, line }) => text === one.text && line === one.line))
    .map((one) => `${one.text}\n`)
    .join('');
}

/** Without those that `gone` tells, and with more lines in the words of ip route. */
export function editRoutes(
  record: NamespaceRecord,
  family: Family,
  gone: (route: Route) => boolean,
  added: readonly string[] = [],
): NamespaceRecord {
  return editOutput(record, outputOf(family), (stdout) =>
    edited(stdout, family, readRoutes(stdout, family).routes.filter(gone), added),
  );
}

function edited(stdout: string, family: Family, old: readonly Route[], added: readonly string[]): string {
  if (old.length === 0 && added.length === 0) return stdout;
  return withoutRoutes(stdout, family, old) + added.map((line) => `${line}\n`).join('');
}

function outputOf(family: Family): string {
  return family === 4 ? 'ip-route' : 'ip6-route';
}

/** The route to each destination: in the words of ip route, or undefined where it goes. */
export type RoutesTo = ReadonlyMap<Prefix, string | undefined>;

/** As `ip route replace` and `del` do in table main, without metrics; what is there already stays where it is. */
export function replaceRoutes(record: NamespaceRecord, family: Family, routes: RoutesTo): NamespaceRecord {
  const texts = new Map([...routes].map(([to, text]) => [formatPrefix(to), text]));
  const there = new Set<string>();
  const isOld = ({ table, metric, tos, destination, text }: Route): boolean => {
    const to = formatPrefix(destination);
    if (table !== 'main' || metric !== 0 || tos !== 0 || !texts.has(to)) return false;
    if (texts.get(to) !== text) return true;
    there.add(text);
    return false;
  };
  return editOutput(record, outputOf(family), (stdout) => {
    const old = readRoutes(stdout, family).routes.filter(isOld);
    return edited(
      stdout,
      family,
      old,
      [...texts.values()].flatMap((text) => (text === undefined || there.has(text) ? [] : [text])),
    );
  });
}
