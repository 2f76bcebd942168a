// Child processes that leave nothing behind: each leads a process group of its own, which is ended when its command
// ends, when its time is over, and when this process ends, in whatever way.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { GRACE_MS, signalGroup } from './group.mjs';

const running = new Map();

async function stop(child, exited) {
  signalGroup(child.pid, 'SIGTERM');
  const killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(killer);
}

/**
 * Starts a command. `stdio` is that of its output: 'inherit' or 'pipe'.
 * Returns { stdout, stderr, exited, stop }: `exited` resolves to the exit code, after the whole group is gone and its output read.
 */
export function start(command, args, { cwd, env, stdio = 'inherit' } = {}) {
  // Relative to the working directory, not to this module: test bundles contain a copy of it.
  const tether = resolve('scripts/lib/tether.mjs');
  const child = spawn(process.execPath, [tether, command, ...args], {
    cwd,
    env: env ?? process.env,
    stdio: ['pipe', stdio, stdio],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const exited = new Promise((done) => {
    child.on('exit', () => signalGroup(child.pid, 'SIGKILL'));
    child.on('close', (code) => {
      running.delete(child);
      done(code ?? 137);
    });
  });
  running.set(child, exited);
  return { stdout: child.stdout, stderr: child.stderr, exited, stop: () => stop(child, exited) };
}

/**
 * Runs a command to its end. Returns { code, output, timedOut }; `output` is both streams if `capture` is set, else
 * they go to the terminal. After `seconds` the command is ended.
 */
export async function run(command, args, { seconds, capture = false, ...options } = {}) {
  const child = start(command, args, { ...options, stdio: capture ? 'pipe' : 'inherit' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    void child.stop();
  }, seconds * 1000);
  const code = await child.exited;
  clearTimeout(limit);
  return { code, output, timedOut };
}

process.on('exit', () => {
  for (const child of running.keys()) signalGroup(child.pid, 'SIGKILL');
});
for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }))
  process.once(signal, async () => {
    await Promise.all([...running].map(([child, exited]) => stop(child, exited)));
    process.exit(128 + number);
  });
