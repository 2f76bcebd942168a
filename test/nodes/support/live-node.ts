import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { knownHostName } from '../../../src/nodes/ssh/known-hosts';
import type { HostSettings } from '../../../src/nodes/ssh/settings';
import { mustRun } from '../../kernel/lab/command';
import { Machine, type User } from '../../lab/machine';
import { neighboursOf } from '../../lab/processes';
import { Sshd, type SshdOptions } from '../../lab/sshd';
import { type KeyPair, keyPair } from './fake-node';
import { settingsFor } from './settings';
import { eventually } from './wait';

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
    writeFileSync(join(folder, 'etc/resolv.conf'), 'nameserver 127.0.0.1\n');
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

  /** Runs a script on the machine, as root. */
  async run(script: string): Promise<string> {
    return mustRun([...this.machine.enter, 'sh', '-euc', script]);
  }

  /** Has a script run in the place of a program of this machine. */
  async replace(program: string, script: string): Promise<void> {
    const file = `/etc/${program}`;
    writeFileSync(join(this.machine.folder, file), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await this.run(`mount --bind ${file} "$(readlink -f "$(command -v ${program})")"`);
  }

  /** Nothing runs on it but its sshd: neither a session nor what one has started. */
  async isQuiet(): Promise<void> {
    await eventually(() => {
      assert.deepEqual(
        this.machine.processes().filter((command) => !command.startsWith('sshd: /usr/sbin/sshd -D')),
        [],
      );
    });
  }

  /** Breaks all connections, as a node does that loses its power, but with an end that is seen at once. */
  breakConnections(): void {
    for (const { pid, command } of neighboursOf(this.machine.target))
      if (/^sshd: \w+ \[priv\]|^sshd: \w+@notty/.test(command)) process.kill(Number(pid), 'SIGKILL');
  }
}
