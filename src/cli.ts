import { parseArgs } from 'node:util';
import { runAudit } from './cli/audit';
import { check } from './cli/check';
import { CommandError } from './cli/files';
import { runPlan } from './cli/plan';
import { printFile } from './cli/print';
import { parseChange, runTrace } from './cli/trace';

const USAGE = `Usage:
  hoplens trace SNAPSHOT --from ENDPOINT --to ENDPOINT[:PORT] [--proto tcp|udp|icmp] [--sport N] [--with CHANGE]… [--capture PLACE=FILE]… [--json]
  hoplens audit SNAPSHOT [--json]
  hoplens plan PLAN --snapshot SNAPSHOT
  hoplens collect NODE… [--ssh-config FILE] [--json-config FILE] [--verbose] --out SNAPSHOT
  hoplens check FILE… [--json]
  hoplens print FILE

An ENDPOINT is a node, NODE/NAMESPACE, pod:NS/NAME, svc:NS/NAME, a DNS name, an address, or outside:ADDRESS@NODE:IFACE.
A NODE is [user@]host[:port], or a name of --json-config: [{ "name", "host", "port", "user", "identityFile", "proxyJump" }].
A CHANGE is "NODE: -t nat -A POSTROUTING …" or "NODE: net.ipv4.conf.eth0.rp_filter=2": the trace is made as if it were done.
A PLACE is NODE:INTERFACE or NODE/NAMESPACE:INTERFACE, INTERFACE may be any; its FILE is of tcpdump -w, or text of tcpdump.
Exit code: 0 done and all well, 1 done and something is wrong, 2 could not be done.`;

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      proto: { type: 'string' },
      sport: { type: 'string' },
      with: { type: 'string', multiple: true },
      capture: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      out: { type: 'string' },
      snapshot: { type: 'string' },
      'ssh-config': { type: 'string' },
      'json-config': { type: 'string' },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command, ...files] = positionals;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  if (command === 'collect') {
    if (values.out === undefined) throw new CommandError('collect needs --out');
    // It brings SSH with it, which the others do without.
    const { runCollect } = await import('./cli/collect');
    const { out, verbose, 'ssh-config': sshConfig, 'json-config': jsonConfig } = values;
    return runCollect({ nodes: files, out, verbose, sshConfig, jsonConfig }, tell);
  }
  const [file] = files;
  if (file === undefined) throw new CommandError(command === undefined ? USAGE : `${command}: which file?\n${USAGE}`);
  switch (command) {
    case 'trace': {
      if (values.from === undefined || values.to === undefined) throw new CommandError('trace needs --from and --to');
      const sport = values.sport === undefined ? undefined : Number(values.sport);
      if (sport !== undefined && !(Number.isInteger(sport) && sport > 0 && sport < 65536))
        throw new CommandError(`--sport ${values.sport ?? ''} is not a port`);
      const question = {
        from: values.from,
        to: values.to,
        ...(values.proto !== undefined && { protocol: values.proto }),
        ...(sport !== undefined && { sourcePort: sport }),
      };
      return runTrace(file, question, (values.with ?? []).map(parseChange), values.capture ?? [], values.json, print);
    }
    case 'audit':
      return runAudit(file, values.json, print);
    case 'plan':
      if (values.snapshot === undefined) throw new CommandError('plan needs --snapshot');
      return runPlan(file, values.snapshot, print);
    case 'check':
      return check(files, values.json, print, tell);
    case 'print':
      process.stdout.write(printFile(file));
      return 0;
    default:
      throw new CommandError(`"${command ?? ''}" is not a command\n${USAGE}`);
  }
}

/** A reader that closes the pipe early, as `head` does, is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = error instanceof CommandError || (error instanceof TypeError && 'code' in error);
    process.stderr.write(`hoplens: ${known ? error.message : `internal error: ${String(error)}`}\n`);
    process.exitCode = 2;
  },
);
