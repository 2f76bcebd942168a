import { parseArgs } from 'node:util';
import { runAudit } from './cli/audit';
import { check } from './cli/check';
import { CommandError } from './cli/files';
import { printFile } from './cli/print';
import { parseChange, runTrace } from './cli/trace';

const USAGE = `Usage:
  hoplens trace SNAPSHOT --from ENDPOINT --to ENDPOINT[:PORT] [--proto tcp|udp|icmp] [--sport N] [--with CHANGE]… [--json]
  hoplens audit SNAPSHOT [--json]
  hoplens check FILE… [--json]
  hoplens print FILE

An ENDPOINT is a node, NODE/NAMESPACE, pod:NS/NAME, svc:NS/NAME, a DNS name, an address, or outside:ADDRESS@NODE:IFACE.
A CHANGE is "NODE: -t nat -A POSTROUTING …" or "NODE: net.ipv4.conf.eth0.rp_filter=2": the trace is made as if it were done.
Exit code: 0 done and all well, 1 done and something is wrong, 2 could not be done.`;

function main(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      proto: { type: 'string' },
      sport: { type: 'string' },
      with: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command, ...files] = positionals;
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  if (values.help) {
    print(USAGE);
    return 0;
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
      return runTrace(file, question, (values.with ?? []).map(parseChange), values.json, print);
    }
    case 'audit':
      return runAudit(file, values.json, print);
    case 'check':
      return check(files, values.json, print, (line) => void process.stderr.write(`${line}\n`));
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
try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof CommandError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`hoplens: ${known ? error.message : `internal error: ${String(error)}`}\n`);
  process.exitCode = 2;
}
