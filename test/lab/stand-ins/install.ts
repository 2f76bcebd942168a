import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../../kernel/lab/command';
import type { Machine } from '../machine';
import kubectl from './kubectl.sh';
import systemctl from './systemctl.sh';
import systemdRun from './systemd-run.sh';

const PROGRAMS = {
  systemd: { systemctl, 'systemd-run': systemdRun },
  kubernetes: { kubectl },
} as const;

const FOLDER = 'var/lib/stand-ins';

/** Puts programs that stand in for what cannot run on a lab's machine before those of the system. */
export async function installStandIns(machine: Machine, ...kinds: readonly (keyof typeof PROGRAMS)[]): Promise<void> {
  const folder = join(machine.folder, FOLDER);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  for (const kind of kinds)
    for (const [name, text] of Object.entries(PROGRAMS[kind])) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
  if (kinds.includes('systemd'))
    for (const name of ['run/systemd/system', 'run/systemd/loaded', 'run/systemd/running', 'etc/systemd/system'])
      mkdirSync(join(machine.folder, name), { recursive: true });
  await mustRun([...machine.enter, 'mount', '--bind', `/${FOLDER}`, '/usr/local/sbin']);
}
