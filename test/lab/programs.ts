import { mustRun } from '../kernel/lab/command';
import type { Machine } from './machine';

/** Each folder of programs becomes one of links to those that it had, but for some. */
const REMOVE = `
whole=/var/tmp/programs
folders=
for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
  [ ! -L "$folder" ] || continue
  mkdir -p "$whole$folder"
  mount --bind "$folder" "$whole$folder"
  folders="$folders $folder"
done
PATH=$whole/usr/sbin:$whole/usr/bin:$whole/sbin:$whole/bin
for folder in $folders; do
  mount -t tmpfs -o mode=755 tmpfs "$folder"
  ln -s "$whole$folder"/* "$folder"
  for name; do rm -f "$folder/$name"; done
done`;

/** Takes programs from a machine. */
export async function removePrograms(machine: Machine, ...names: readonly string[]): Promise<void> {
  await mustRun([...machine.enter, 'sh', '-euc', REMOVE, 'sh', ...names]);
}

/** Puts programs before those that a machine has; each is a script, or a link. */
export async function addPrograms(
  machine: Machine,
  programs: Readonly<Record<string, { readonly script: string } | { readonly link: string }>>,
): Promise<void> {
  const script = Object.entries(programs).map(([name, one]) =>
    'link' in one ? `ln -s ${one.link} ${name}\n` : `cat >${name} <<'END'\n${one.script}END\nchmod 755 ${name}\n`,
  );
  await mustRun(
    [...machine.enter, 'sh', '-eu'],
    `mount -t tmpfs -o mode=755 tmpfs /usr/local/sbin\ncd /usr/local/sbin\n${script.join('')}`,
  );
}
