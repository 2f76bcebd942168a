// Runs a command that must not outlive the process that asked for it, however that one ends (even by SIGKILL):
//   node tether.mjs COMMAND ARGUMENT…      with a pipe as standard input, held open by the owner
// When the pipe closes, the whole process group (this process leads it) is asked to end, then killed.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { GRACE_MS, signalGroup } from './group.mjs';

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });

// The group's signals are for the child; this process ends when the child does.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
child.on('error', (error) => {
  console.error(`${command}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));

process.stdin.resume().on('end', () => {
  signalGroup(process.pid, 'SIGTERM');
  setTimeout(() => signalGroup(process.pid, 'SIGKILL'), GRACE_MS);
});
