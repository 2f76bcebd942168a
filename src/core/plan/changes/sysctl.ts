import { readSysctls } from '../../routing/sysctl';
import { failed } from '../../snapshot/netfilter';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { FileOperation, Operation } from '../operation';
import type { SysctlPlanned } from '../plan';
import { fileOutput } from '../../snapshot/file-output';
import { endLine } from '../../text/lines';
import { type Made, type Refused, withOutput } from './made';

/** A sysctl, running; and where a file is named, over a reboot too. */
export function changeSysctl(host: NetworkNamespace, { key, value, file }: SysctlPlanned): Made | Refused {
  if (!/^[\w./-]+$/.test(key) || !/^[\w .,-]+$/.test(value)) return { error: `"${key}=${value}" is not KEY=VALUE` };
  const { sysctl } = host.record.outputs;
  const printed = sysctl && !failed(sysctl) ? sysctl : undefined;
  const name = printedKey(key);
  const before = host.sysctls?.get(name)?.value;
  const lines = [name, ...followers(host, name)].map((one) => `${one} = ${value}\n`).join('');
  const command = printed?.command ?? `sysctl ${key}`;
  const record = withOutput(host.record, 'sysctl', command, endLine(printed?.stdout ?? '') + lines);
  const running: Operation = { kind: 'sysctl', key: name, before: before ?? '', after: value };
  const unfit =
    before === undefined ? { unfit: `the value of ${name} on ${host.node} is not known: collect sysctl net` } : {};
  if (file === undefined) return { record, operations: [running], ...unfit };
  const kept = keptIn(host, file, name, value);
  return {
    record: withOutput(record, fileOutput(file), `cat ${file}`, kept.after ?? ''),
    operations: [running, kept],
    ...unfit,
  };
}

/** The key as sysctl prints it, in which a slash stands for a dot within a name. */
function printedKey(key: string): string {
  return [...readSysctls('', `${key} = 1\n`).entries()].map(([name]) => name)[0] ?? key;
}

/** Keys that the kernel sets along with one: ip_forward is the forwarding of every interface (ip-sysctl.rst). */
function followers(host: NetworkNamespace, changed: string): string[] {
  const family = changed === 'net.ipv4.ip_forward' || changed === 'net.ipv4.conf.all.forwarding' ? 'ipv4' : 'ipv6';
  if (family === 'ipv6' && changed !== 'net.ipv6.conf.all.forwarding') return [];
  const own = family === 'ipv4' ? ['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding'] : [];
  const printed = [...(host.sysctls?.entries() ?? [])].map(([name]) => name);
  return [...own, ...printed.filter((name) => name.startsWith(`net.${family}.conf.`) && name.endsWith('.forwarding'))];
}

/** A file that was not read is taken not to be there; where it is, applying finds out before anything is done. */
function keptIn(host: NetworkNamespace, path: string, key: string, value: string): FileOperation {
  const output = host.record.outputs[fileOutput(path)];
  const before = output && output.exitCode === 0 ? output.stdout : undefined;
  const others = (before ?? '').split('\n').filter((line) => printedKey(line.split('=')[0]?.trim() ?? '') !== key);
  const after = `${endLine(others.join('\n').replace(/\n+$/, ''))}${key} = ${value}\n`;
  return { kind: 'file', path, before, after };
}
