import type { Cluster } from '../../snapshot/cluster';
import type { EvidenceLine, Finding, Fix, Step } from '../result';
import { type TooBig, tooBig } from '../simulator/path-mtu';
import type { Run } from '../simulator/simulate';
import { ruleFix } from './cause';
import { evidenceOf } from './words';

/** The handshake's packets are small. What of a connection's data does not fit on its way, and whether its sender hears. */
export function mtuFindings(cluster: Cluster, run: Run): Finding[] {
  return tooBig(cluster, run).map((place) => finding(run, place));
}

function finding(run: Run, place: TooBig): Finding {
  const { from, size, mtu, stack, device, error } = place;
  const what = `segments of more than ${mtu} bytes that the ${from} sends (up to ${size})`;
  const at = `${device} of ${stack.title} (MTU ${mtu})`;
  const heard = error?.arrives === true;
  const how = heard
    ? `do not fit ${at}: the ${from} is told by ICMP, and sends smaller ones`
    : error === undefined
      ? `vanish at ${at}, which drops longer frames without a word`
      : `vanish at ${at}: the ${from} does not hear of it, ${lost(place)}`;
  return {
    code: heard ? 'mtu-signalled' : 'pmtu-black-hole',
    severity: heard ? 'info' : 'warning',
    node: stack.node,
    title: `${what} ${heard ? 'are too long, and it is told so' : 'vanish'} at ${at}`,
    message: `The connection is made, but ${what} ${how}${heard ? '' : '. It hangs as soon as one side sends more than a little'}`,
    evidence: [...deviceLine(place), ...(heard ? [] : evidenceOf(error?.steps.slice(-1) ?? []))],
    fix: heard ? null : clampFix(run, place),
  };
}

function lost({ error }: TooBig): string {
  const reason = error?.fate.reason ?? '';
  return reason === ''
    ? 'for the ICMP message that would tell it arrives elsewhere, or with addresses that its socket does not know'
    : `for the ICMP message that would tell it is lost: ${reason}`;
}

function deviceLine({ stack, device }: TooBig): EvidenceLine[] {
  const found = stack.device(device);
  const seen = stack.namespace.output('ip-addr') !== undefined && stack.made === undefined;
  return found && seen
    ? [{ node: stack.node, namespace: stack.name, output: 'ip-addr', line: found.line, text: device }]
    : [];
}

/** Both sides announce what fits, where their SYNs are forwarded by the node. */
function clampFix(run: Run, { stack, mtu }: TooBig): Fix | null {
  const forwards = (steps: readonly Step[] = []): boolean =>
    steps.some((step) => step.node === stack.node && step.namespace === 'host' && step.effect.startsWith('forwarded'));
  if (!forwards(run.request.leg.steps) || !forwards(run.reply?.leg.steps)) return null;
  const family = run.request.sent.src.family;
  const mss = mtu - (family === 4 ? 40 : 60);
  const program = family === 4 ? '' : 'ip6tables ';
  return ruleFix(
    `Let ${stack.node} lower the segment size that both sides announce to ${mss}`,
    stack.node,
    `${program}-t mangle -A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss ${mss}`,
  );
}
