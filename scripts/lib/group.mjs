import { spawnSync } from 'node:child_process';

/** How long a process group has to clean up after SIGTERM before it is killed. */
export const GRACE_MS = 5000;

/** Sends `signal` to the group that `pid` leads; a group that is gone already is what was wanted. */
export function signalGroup(pid, signal) {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // EPERM: what macOS says of a group of which only zombies are left.
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}
