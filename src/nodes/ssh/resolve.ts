import { isAbsolute, join } from 'node:path';
import { type ConfigReader, type ConfigValues, wordsOf } from './config-values';
import { checkName, checkPort, type Destination, parseJumps } from './destination';
import { SshError } from './errors';
import { expandHome, expandPath, type TokenValues } from './expand';
import type { LocalUser } from './local-user';
import { CONNECT_TIMEOUT, type HostSettings, SERVER_ALIVE_INTERVAL } from './settings';

/** What is set beside the configuration, and before it. */
export interface Overrides {
  readonly identityFile?: string;
  /** As ProxyJump in ssh_config(5); `none` for none. */
  readonly proxyJump?: string;
}

/** Finds out how hosts are reached. */
export class Resolver {
  constructor(
    private readonly read: ConfigReader,
    private readonly me: LocalUser,
    private readonly signal?: AbortSignal,
  ) {}

  /** Throws an SshError where the configuration cannot be read, or says what Hoplens cannot do. */
  async resolve(destination: Destination, overrides: Overrides = {}): Promise<HostSettings> {
    return this.resolveVia(destination, overrides, []);
  }

  private async resolveVia(
    destination: Destination,
    overrides: Overrides,
    before: readonly string[],
  ): Promise<HostSettings> {
    const values = await this.read(destination, this.signal);
    const settings = settingsFrom(destination, values, this.me);
    const text = overrides.proxyJump ?? first(values, 'proxyjump') ?? 'none';
    const hops = parseJumps(text);
    if (hops.length === 0) checkNoProxyCommand(destination.host, values, overrides);
    if (before.includes(settings.name) || before.length > 8)
      throw new SshError('settings', `ProxyJump leads back to ${settings.name}; correct the SSH configuration.`);
    const jumps: HostSettings[] = [];
    for (const [at, hop] of hops.entries()) {
      // Only the first hop has its own ProxyJump followed: the others are reached through the one before (ssh_config(5)).
      const own = at === 0 ? {} : { proxyJump: 'none' };
      const resolved = await this.resolveVia(hop, own, [...before, settings.name]);
      jumps.push(...resolved.jumps, { ...resolved, jumps: [] });
    }
    const { identityFile } = overrides;
    return {
      ...settings,
      jumps,
      ...(identityFile !== undefined && { identityFiles: [expandHome(identityFile, this.me)], identitiesOnly: true }),
    };
  }
}

function checkNoProxyCommand(name: string, values: ConfigValues, overrides: Overrides): void {
  const command = first(values, 'proxycommand');
  if (overrides.proxyJump !== undefined || command === undefined || command.toLowerCase() === 'none') return;
  const message = `${name} is reached by a ProxyCommand, which Hoplens does not run; use ProxyJump in the SSH configuration.`;
  throw new SshError('settings', message);
}

function first(values: ConfigValues, name: string): string | undefined {
  return values.get(name)?.[0];
}

/** The settings of one host, without the hosts on the way. */
function settingsFrom(destination: Destination, values: ConfigValues, me: LocalUser): HostSettings {
  const originalHost = destination.host;
  const host = checkName('host', (first(values, 'hostname') ?? originalHost).replaceAll('%h', originalHost));
  const user = checkName('user', first(values, 'user') ?? me.name);
  const port = checkPort(Number(first(values, 'port') ?? 22));
  const hostKeyAlias = first(values, 'hostkeyalias');
  const tokens: TokenValues = { host, originalHost, port, user, hostKeyAlias };
  const path = (text: string): string => expandPath(text, me, tokens);
  const files = (name: string, fallback: readonly string[]): string[] => {
    const listed = values.get(name)?.flatMap(wordsOf) ?? fallback;
    return listed.filter((file) => file !== 'none' && file !== '/dev/null').map(path);
  };
  const seconds = (name: string): number | undefined => {
    const value = Number(first(values, name));
    return Number.isFinite(value) && value > 0 ? value * 1000 : undefined;
  };
  return {
    name: originalHost,
    host,
    port,
    user,
    identityFiles: (values.get('identityfile') ?? DEFAULT_IDENTITIES)
      .filter((file) => file !== 'none')
      .map((file) => absolute(path(file.replace(/^"(.*)"$/, '$1')), me)),
    identitiesOnly: first(values, 'identitiesonly')?.toLowerCase() === 'yes',
    identityAgent: agentOf(first(values, 'identityagent'), me, path),
    jumps: [],
    userKnownHostsFiles: files('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    globalKnownHostsFiles: files('globalknownhostsfile', ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
    hostKeyAlias,
    strictHostKeyChecking: strictness(first(values, 'stricthostkeychecking')),
    hashKnownHosts: first(values, 'hashknownhosts')?.toLowerCase() === 'yes',
    connectTimeout: seconds('connecttimeout') ?? CONNECT_TIMEOUT,
    serverAliveInterval: seconds('serveraliveinterval') ?? SERVER_ALIVE_INTERVAL,
    serverAliveCountMax: Number(first(values, 'serveralivecountmax') ?? 3),
  };
}

/** Those that ssh tries unasked and that ssh2 can read (ssh_config(5), IdentityFile). */
const DEFAULT_IDENTITIES = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519'];

/** A path that is relative is so to the working directory, as ssh has it. */
function absolute(path: string, me: LocalUser): string {
  return isAbsolute(path) ? path : join(me.environment['PWD'] ?? process.cwd(), path);
}

/** `ssh -G` prints true for yes and false for no. */
function strictness(value: string | undefined): HostSettings['strictHostKeyChecking'] {
  const word = value?.toLowerCase();
  if (word === 'yes' || word === 'true') return 'yes';
  return word === 'accept-new' ? 'accept-new' : 'ask';
}

/** Windows has its agent in one place; elsewhere the environment says where it is. */
function agentOf(value: string | undefined, me: LocalUser, path: (text: string) => string): string | undefined {
  if (value?.toLowerCase() === 'none') return undefined;
  if (value !== undefined && value !== 'SSH_AUTH_SOCK')
    return value.startsWith('$') && !value.startsWith('${') ? me.environment[value.slice(1)] : path(value);
  const named = me.environment['SSH_AUTH_SOCK'];
  if (named !== undefined && named !== '') return named;
  return me.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined;
}
