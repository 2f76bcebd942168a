import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Those that a process has started and that are still there. */
export function childrenOf(pid: string): string[] {
  return ifThere(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    .split(' ')
    .filter((child) => child !== '');
}

/** The processes in the same process namespace as this one, itself included, with their command lines. */
export function neighboursOf(pid: string): { readonly pid: string; readonly command: string }[] {
  const space = spaceOf(pid);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && spaceOf(name) === space)
    .map((name) => ({ pid: name, command: ifThere(() => readFileSync(`/proc/${name}/cmdline`, 'utf8')) }))
    .map((one) => ({ ...one, command: one.command.replaceAll('\0', ' ').trim() }))
    .filter(({ command }) => command !== '');
}

function spaceOf(pid: string): string {
  return ifThere(() => readlinkSync(`/proc/${pid}/ns/pid`));
}

/** Processes come and go while they are looked at. */
function ifThere(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
