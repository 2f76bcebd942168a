import { kindOf } from '../core/kind';
import { parseSave, printDump } from '../core/netfilter/save';
import { CommandError, readBytes } from './files';

/** `hoplens print FILE`: the dump, parsed and printed back. Latin-1 keeps every byte as it is. */
export function printFile(file: string): Buffer {
  const text = readBytes(file).toString('latin1');
  if (text.trim() === '') throw new CommandError(`${file}:1: the file is empty`);
  if (kindOf(text) !== 'iptables-save') throw new CommandError(`${file}:1: this is not the output of iptables-save`);
  const dump = parseSave(text, 4);
  const broken = dump.problems.find((problem) => problem.severity === 'error');
  if (broken) throw new CommandError(`${file}:${broken.line}: ${broken.message}`);
  return Buffer.from(printDump(dump), 'latin1');
}
