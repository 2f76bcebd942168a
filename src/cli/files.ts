import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseSnapshot } from '../core/snapshot/format';
import { Cluster } from '../core/snapshot/cluster';

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

export function readCluster(file: string): Cluster {
  const result = parseSnapshot(readBytes(file).toString('utf8'));
  if ('error' in result) throw new CommandError(`${file}:${result.error.line}: ${result.error.message}`);
  return new Cluster(result.snapshot);
}
