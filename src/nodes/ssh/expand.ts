import { join } from 'node:path';
import type { LocalUser } from './local-user';

/** What the tokens of a host's settings stand for (ssh_config(5), TOKENS). */
export interface TokenValues {
  readonly host: string;
  readonly originalHost: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias: string | undefined;
}

/** A path or socket of ssh_config: `~`, `%h` and its like, `${NAME}`. A token that Hoplens does not know stays as it is. */
export function expandPath(text: string, me: LocalUser, values: TokenValues): string {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: me.home,
    h: values.host,
    i: String(me.uid ?? ''),
    k: values.hostKeyAlias ?? values.originalHost,
    L: me.hostname.replace(/\..*$/, ''),
    l: me.hostname,
    n: values.originalHost,
    p: String(values.port),
    r: values.user,
    u: me.name,
  };
  return expandHome(text, me)
    .replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
    .replace(/\$\{(\w+)\}/g, (whole, name: string) => me.environment[name] ?? whole);
}

export function expandHome(text: string, me: LocalUser): string {
  return text === '~' || /^~[/\\]/.test(text) ? join(me.home, text.slice(1)) : text;
}
