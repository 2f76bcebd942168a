/** A host that can be logged in to by a port of 127.0.0.1. */
export interface Host {
  readonly name: string;
  readonly port: number;
  /** Where it is another one than the others'. */
  readonly user?: string;
  readonly knownHosts?: string;
}

interface Common {
  readonly user: string;
  readonly keyFile: string;
  readonly knownHosts: string;
}

/** The text of an ssh_config(5) with these hosts, which touches no file of the user's. */
export function sshConfig(hosts: readonly Host[], common: Common): string {
  const sections = hosts.map(
    ({ name, port, user = common.user, knownHosts = common.knownHosts }) => `Host ${name}
  HostName 127.0.0.1
  Port ${port}
  User ${user}
  UserKnownHostsFile ${knownHosts}
`,
  );
  return `${sections.join('\n')}
Host *
  IdentityFile ${common.keyFile}
  IdentitiesOnly yes
  GlobalKnownHostsFile /dev/null
  ConnectTimeout 5
`;
}
