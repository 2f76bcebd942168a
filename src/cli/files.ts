import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { kindOf } from '../core/kind';
import type { Problem } from '../core/problem';
import { parseSnapshot } from '../core/snapshot/format';
import { Cluster } from '../core/snapshot/cluster';
import { lineAt } from '../core/text/lines';

/** Something that the command line could not do; `message` says which file and line, and what to do. */
export class CommandError extends Error {}

/** A file's bytes, unpacked where they are gzipped. */
export function readBytes(file: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const why =
      code === 'ENOENT'
        ? 'no such file'
        : code === 'EACCES'
          ? 'permission denied'
          : code === 'EISDIR'
            ? 'is a directory'
            : String(error);
    throw new CommandError(`${file}: ${why}`);
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    throw new CommandError(`${file}:1: the gzip data is damaged or cut off: copy the file again`);
  }
}

/** A file as text, and where it is not the UTF-8 that it should be. */
export interface TextFile {
  readonly text: string;
  readonly problem: Problem | undefined;
}

/** A file's text: UTF-8, UTF-16 as PowerShell writes it, else Latin-1, so that no byte is lost. */
export function readText(file: string): TextFile {
  const bytes = readBytes(file);
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return { text: bytes.subarray(2).toString('utf16le'), problem: undefined };
  if (first === 0xfe && second === 0xff && bytes.length % 2 === 0)
    return { text: bytes.swap16().subarray(2).toString('utf16le'), problem: undefined };
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const broken = text.indexOf('\ufffd');
  if (broken < 0 || isUtf8(bytes)) return { text, problem: undefined };
  const problem = {
    severity: 'warning',
    line: lineAt(text, broken),
    message: 'this is not UTF-8; the file is read as Latin-1',
  } as const;
  return { text: bytes.toString('latin1'), problem };
}

export function readCluster(file: string): Cluster {
  const { text } = readText(file);
  const kind = kindOf(text);
  if (kind !== undefined && kind !== 'snapshot' && !/^\s*\{/.test(text))
    throw new CommandError(`${file}:1: this is ${kind} output, not a snapshot: "hoplens check" reads it`);
  const result = parseSnapshot(text);
  if ('error' in result) throw new CommandError(`${file}:${result.error.line}: ${result.error.message}`);
  return new Cluster(result.snapshot);
}
