import { formatAddress } from '../../net/address';
import { isOverlay } from '../../overlay/device';
import type { Cluster } from '../../snapshot/cluster';
import type { Finding, Fix } from '../result';
import type { Run, TracedLeg } from '../simulator/simulate';
import type { LegName } from '../simulator/context';
import type { Fate } from '../simulator/fate';
import { sysctlFix } from './cause';
import { describe, evidenceOf, sentence, WHAT } from './words';

/** Strict rp_filter drops a packet whose way back leads elsewhere. */
export function rpFilterFinding(cluster: Cluster, run: Run, name: LegName, traced: TracedLeg): Finding {
  const { fate, received, leg } = traced;
  const { stack } = fate;
  const step = leg.steps.findLast((one) => one.kind === 'rp-filter');
  const source = describe(cluster, received.src);
  const device = fate.device ?? '';
  const what = WHAT[name];
  const way = /leads out of (\S+?),/.exec(fate.reason)?.[1];
  const why = way === undefined ? fate.reason : `${stack.title}'s way to that address leads out of ${way}`;
  const after =
    (name === 'reply' || name === 'data') && run.request.sent.dst.value !== received.src.value
      ? ` Its source would have been restored at INPUT: conntrack matches by addresses and ports, not by interface.`
      : '';
  const setting = step?.text.split(';')[0] ?? 'rp_filter';
  return {
    code: 'asymmetric-return',
    severity: 'error',
    node: stack.node,
    title: `${what} comes in on ${device} of ${stack.title}, where strict rp_filter drops it`,
    message:
      `${sentence(what)} from ${source} comes in on ${device} of ${stack.title}, but ${why}. ` +
      `Strict rp_filter on ${device} (${setting}) drops it, before INPUT and FORWARD.${after}`,
    evidence: evidenceOf([
      ...run.request.leg.steps.filter((one) => one.kind === 'rule' && one.effect.startsWith('DNAT')),
      ...leg.steps.filter(
        (one) => one === step || (one.kind === 'route' && one.node !== stack.node && one.namespace === 'host'),
      ),
    ]),
    fix: masqueradeFix(cluster, run) ?? looseFix(traced.fate),
  };
}

/** Loose is the higher value, and the higher of an interface's own and of `all` counts (net/ipv4/devinet.c `IN_DEV_RPFILTER`). */
function looseFix({ stack, device }: Fate): Fix | null {
  if (stack.namespace.kind !== 'host' || device === undefined) return null;
  const fix = sysctlFix(stack.node, stack.deviceKey(device, 'rp_filter'), '2');
  return {
    ...fix,
    title: `Check the way back loosely: ${device} of ${stack.node} takes what any interface leads back to`,
  };
}

/** The request works, and its reply takes another way: it stays so only while nothing on that way is strict. */
export function asymmetry(cluster: Cluster, run: Run): Finding[] {
  const passed = [run.request, run.reply, run.ack, run.data].flatMap((traced) =>
    (traced?.leg.steps ?? []).filter((step) => step.kind === 'rp-filter'),
  );
  const [step] = passed;
  if (!step) return [];
  return [
    {
      code: 'asymmetric-return',
      severity: 'warning',
      node: step.node,
      title: 'request and reply take different ways',
      message:
        `Request and reply take different ways: on ${step.node} a packet from ${step.packet.src} comes in on ${step.packet.in ?? ''} ` +
        `although ${step.effect.replace('passes, though ', '')}. It works because rp_filter there is not strict (${step.text.split(';')[0] ?? ''}).`,
      evidence: evidenceOf(passed),
      fix: masqueradeFix(cluster, run),
    },
  ];
}

/**
 * Where the request left its own node through a tunnel with the address of another interface, masquerading it makes
 * the replies come back through the tunnel.
 */
export function masqueradeFix(cluster: Cluster, run: Run): Fix | null {
  const { steps } = run.request.leg;
  const tunnel = steps.find((step) => step.kind === 'tunnel');
  if (!tunnel) return null;
  const device = /^\S+/.exec(tunnel.text)?.[0] ?? '';
  const own = cluster.node(tunnel.node)?.host?.interface(device);
  if (!own || !isOverlay(own) || own.addresses.some((address) => formatAddress(address.address) === tunnel.packet.src))
    return null;
  return {
    title: `Masquerade what leaves ${device} on ${tunnel.node}, so that replies return through the tunnel`,
    changes: [{ kind: 'iptables-rule', node: tunnel.node, rule: `-t nat -A POSTROUTING -o ${device} -j MASQUERADE` }],
  };
}
