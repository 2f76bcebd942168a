import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { build } from 'esbuild';
import { OPTIONAL_NATIVES } from '../../scripts/lib/optional-natives.mjs';

/** What the command line left behind. */
export interface Ran {
  readonly code: number;
  readonly bytes: Buffer;
  /** The bytes as text. */
  readonly stdout: string;
  readonly stderr: string;
}

const PROGRAM = 'test/out/cli.cjs';
let built: Promise<unknown> | undefined;

/** The path of a bundle of the command line, made from the sources as they are. */
export async function program(): Promise<string> {
  built ??= build({
    entryPoints: ['src/cli.ts'],
    outfile: PROGRAM,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
    external: OPTIONAL_NATIVES,
  });
  await built;
  return PROGRAM;
}

/** Runs the command line of the sources as they are, as `node dist/cli.js` would. */
export async function hoplens(...args: string[]): Promise<Ran> {
  const file = await program();
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { maxBuffer: 2 ** 28, encoding: 'buffer' }, (error, bytes, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, bytes, stdout: bytes.toString(), stderr: stderr.toString() });
    });
  });
}

/** Writes files into a folder of their own, which is removed in the end. Returns the path of each. */
export function folder(): (name: string, content: string | Uint8Array) => string {
  const path = mkdtempSync(join(tmpdir(), 'hoplens-'));
  after(() => {
    rmSync(path, { recursive: true });
  });
  return (name, content) => {
    const file = join(path, name);
    writeFileSync(file, content);
    return file;
  };
}
