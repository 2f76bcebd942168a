import { homedir, hostname, userInfo } from 'node:os';

/** Who runs Hoplens, as far as ssh_config(5) asks. Given as a value, so that tests can be somebody else. */
export interface LocalUser {
  readonly home: string;
  readonly name: string;
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  readonly hostname: string;
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
}

export function localUser(): LocalUser {
  const environment = process.env;
  const common = { home: homedir(), hostname: hostname(), platform: process.platform, environment };
  try {
    const { username, uid } = userInfo();
    return { ...common, name: username, uid: uid >= 0 ? uid : undefined };
  } catch {
    // A container may run as a user that has no entry in its passwd.
    return { ...common, name: environment['USER'] ?? environment['USERNAME'] ?? '', uid: process.getuid?.() };
  }
}
