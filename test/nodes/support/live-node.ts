import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { knownHostName } from '../../../src/nodes/ssh/known-hosts';
import type { HostSettings } from '../../../src/nodes/ssh/settings';
import { Machine, type User } from '../../lab/machine';
import { Sshd, type SshdOptions } from '../../lab/sshd';
import { type KeyPair, keyPair } from './fake-node';
import { settingsFor } from './settings';

let nextPort = 2200;

export interface LiveNodeOptions extends Partial<SshdOptions> {
  readonly users?: readonly Omit<User, 'keys'>[];
  readonly prefix?: readonly string[];
}

/** A machine with an sshd that lets all its users in by one key, and whose own key is known. */
export class LiveNode {
  private constructor(
    readonly machine: Machine,
    readonly sshd: Sshd,
    readonly key: KeyPair,
    readonly settings: HostSettings,
    /** For the files of the test. */
    readonly folder: string,
  ) {}

  static async start(context: TestContext, { users, prefix, ...options }: LiveNodeOptions = {}): Promise<LiveNode> {
    const folder = mkdtempSync(join(tmpdir(), 'hoplens-node-'));
    const open: { close(): Promise<void> }[] = [];
    context.after(async () => {
      for (const one of open.reverse()) await one.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const machine = await Machine.start({ folder, ...(prefix && { prefix }) });
    open.push(machine);
    const key = keyPair();
    for (const user of users ?? [{ name: 'somebody' }]) machine.addUser({ ...user, keys: [key.public] });
    const sshd = await Sshd.start(machine, { port: nextPort++, ...options });
    open.push(sshd);
    const file = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const known = `${knownHostName('127.0.0.1', sshd.port)} ${sshd.hostKey}\n`;
    const settings = settingsFor(sshd.port, {
      user: users?.[0]?.name ?? 'somebody',
      identityFiles: [file('key', key.private)],
      userKnownHostsFiles: [file('known_hosts', known)],
      identitiesOnly: true,
    });
    return new LiveNode(machine, sshd, key, settings, folder);
  }
}
