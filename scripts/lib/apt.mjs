import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { run } from './process.mjs';
import { findProgram } from './programs.mjs';

/** Debian's switch against starting services: the tests want the programs, not daemons on this machine. */
const servicePolicy = '/usr/sbin/policy-rc.d';

export const canInstall = () =>
  process.platform === 'linux' && process.getuid() === 0 && findProgram('apt-get') !== undefined;

async function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code } = await run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=120', ...args], { env, seconds: 600 });
  if (code !== 0) throw new Error(`apt-get ${args[0]} failed (exit code ${code}).`);
}

/** Installs Debian packages, without starting the services in them. Throws if that fails. */
export async function installPackages(names) {
  await apt('update');
  const ownPolicy = !existsSync(servicePolicy);
  if (ownPolicy) writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await apt('install', '-y', '--no-install-recommends', ...names);
  } finally {
    if (ownPolicy) rmSync(servicePolicy);
  }
}
