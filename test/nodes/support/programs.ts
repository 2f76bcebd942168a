import { spawnSync } from 'node:child_process';

/** Whether a program is installed here. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** For the options of a test that needs a program. */
export function needs(program: string): { readonly skip: string | false } {
  return { skip: isInstalled(program) ? false : `${program} is not installed` };
}
