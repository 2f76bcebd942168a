import { linesOf } from '../text/lines';
import { parseProtocol } from '../net/protocol';
import type { Problem } from '../problem';

/** What IPVS balances: how many services, and their servers. The first line of a service stands for all. */
export interface Ipvs {
  readonly services: number;
  readonly servers: number;
  readonly line: number;
  readonly problems: readonly Problem[];
}

/** Counts what `ipvsadm -Ln` and `ipvsadm -Sn` show. Which server a connection gets is not simulated. */
export function readIpvs(text: string): Ipvs {
  const problems: Problem[] = [];
  let services = 0;
  let servers = 0;
  let first = 0;
  for (const { text: line, number } of linesOf(text)) {
    const words = line.trim().split(/\s+/);
    const [head = ''] = words;
    const service =
      (parseProtocol(head) !== undefined && /[.:\]]/.test(words[1] ?? '')) || head === 'FWM' || head === '-A';
    if (service) {
      services++;
      first ||= number;
    } else if ((head === '->' && /^[[\d]/.test(words[1] ?? '')) || head === '-a') servers++;
    else if (!/^(IP Virtual Server|Prot LocalAddress|-> RemoteAddress|$)/.test(line.trim()))
      problems.push({ severity: 'error', line: number, message: 'neither a virtual service nor a server of one' });
  }
  return { services, servers, line: Math.max(first, 1), problems };
}
