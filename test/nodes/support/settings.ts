import type { HostSettings } from '../../../src/nodes/ssh/settings';

/** Settings with which nothing outside of the test is read. */
export function settingsFor(port: number, more: Partial<HostSettings> = {}): HostSettings {
  return {
    name: 'worker',
    host: '127.0.0.1',
    port,
    user: 'somebody',
    identityFiles: [],
    identitiesOnly: false,
    identityAgent: undefined,
    jumps: [],
    userKnownHostsFiles: [],
    globalKnownHostsFiles: [],
    hostKeyAlias: undefined,
    strictHostKeyChecking: 'ask',
    hashKnownHosts: false,
    connectTimeout: 3_000,
    serverAliveInterval: 15_000,
    serverAliveCountMax: 3,
    ...more,
  };
}
