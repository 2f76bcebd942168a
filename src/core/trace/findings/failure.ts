import { formatAddress } from '../../net/address';
import type { Cluster } from '../../snapshot/cluster';
import type { EvidenceLine, Finding } from '../result';
import { FORWARDING, offByItself } from '../simulator/forward';
import { PORT_TAKEN } from '../simulator/nat';
import type { Run, TracedLeg } from '../simulator/simulate';
import { rpFilterFinding } from './asymmetry';
import { type Cause, type Failure, sysctlFix, type Untitled } from './cause';
import { endpointNowhere, staleRules } from './endpoints';
import { duplicateAddress, wrongFarEnd } from './far-end';
import { lastStep, refusedByRules } from './filter';
import { bridgeNfOff, hairpinWithoutMasquerade, missingMasquerade } from './reply';
import { refusedRoute } from './refused-route';
import { ownAddressNotLocal, podBesideBridge } from './neighbours';
import { notrackBreaksNat } from './untracked';
import { podSubnetRoute } from './ways';
import type { LegName } from '../simulator/context';
import { evidenceOf, sentence, WHAT } from './words';

/** The causes that are known by more than where the packet ends; the first that recognises a failure names it. */
const CAUSES: readonly Cause[] = [
  refusedByRules,
  refusedRoute,
  hairpinWithoutMasquerade,
  notrackBreaksNat,
  bridgeNfOff,
  staleRules,
  duplicateAddress,
  wrongFarEnd,
  podBesideBridge,
  ownAddressNotLocal,
  podSubnetRoute,
  endpointNowhere,
  missingMasquerade,
];

/** Why a leg of a run fails. */
export function failure(cluster: Cluster, run: Run, failed: { name: LegName; traced: TracedLeg }): Finding {
  const found = recognise({ cluster, run, ...failed }) ?? describeFailure(cluster, run, failed);
  const message = sentence(found.message);
  return { title: found.message, ...found, message: /[.!?]$/.test(message) ? message : `${message}.` };
}

function recognise(failed: Failure): Untitled | undefined {
  for (const cause of CAUSES) {
    const found = cause(failed);
    if (found) return found;
  }
  return undefined;
}

function describeFailure(cluster: Cluster, run: Run, { name, traced }: { name: LegName; traced: TracedLeg }): Untitled {
  const { fate, leg } = traced;
  const what = WHAT[name];
  const base = { severity: 'error', node: fate.stack.node, fix: null } as const;
  const { last } = lastStep(leg.steps);
  const evidence = evidenceOf([
    ...leg.steps.filter((step) => step !== last && step.kind === 'rp-filter'),
    ...(last ? [last] : []),
  ]);
  switch (fate.cause) {
    case 'rp-filter':
      return rpFilterFinding(cluster, run, name, traced);
    case 'ip-forward':
      return { ...base, code: 'ip-forward-off', ...forwardingFinding(what, traced, evidence) };
    case 'not-listening':
      return { ...base, code: 'nothing-listens', message: `${what} is refused: ${fate.reason}`, evidence };
    case 'hairpin':
      return {
        ...base,
        code: 'hairpin-off',
        message: `${what} would have to leave by the bridge port it came in on: ${fate.reason}`,
        evidence,
      };
    case 'no-route':
    case 'refused-route':
    case 'neighbour':
    case 'outside':
      return {
        ...base,
        code: fate.cause === 'outside' && fate.verdict === 'undetermined' ? 'outside' : 'no-way',
        message: `${what} ends: ${fate.reason}`,
        evidence,
      };
    case 'no-owner':
    case 'not-collected':
    case 'not-simulated':
      return {
        ...base,
        severity: 'warning',
        code: fate.cause,
        message: `${what} cannot be followed: ${fate.reason}`,
        evidence,
      };
    case 'martian':
    case 'route-localnet':
    case 'ttl':
    case 'broadcast':
    case 'vtep-mac':
    case 'invalid-rule':
    case 'clash':
      return {
        ...base,
        code: fate.cause,
        message: `${what} is dropped on ${fate.stack.title}: ${fate.reason}`,
        evidence,
      };
    case 'policy':
    case 'rule':
    case undefined:
      return notRecognised(run, name, traced, what);
  }
}

/** ip_forward is off, or the interface was made at a time when it was (`net.ipv4.conf.default.forwarding`). */
function forwardingFinding(
  what: string,
  { fate, leg }: TracedLeg,
  evidence: readonly EvidenceLine[],
): Pick<Finding, 'message' | 'evidence' | 'fix'> {
  const { stack, device = '' } = fate;
  const family = leg.sent.dst.includes(':') ? 6 : 4;
  const own = offByItself(stack, device, family);
  const key = own?.key ?? FORWARDING[family][0];
  const name = family === 4 ? 'ip_forward' : key;
  const line = own?.line ?? stack.namespace.sysctls?.get(key)?.line ?? 0;
  const read = { node: stack.node, namespace: stack.name, output: 'sysctl', line, text: key };
  return {
    message: own
      ? `${what} is not forwarded: ${key} is 0 on ${stack.title}, although ip_forward is 1`
      : `${what} is not forwarded by ${stack.title}: ${name} is 0`,
    evidence: line > 0 ? [...evidence, read] : evidence,
    fix: sysctlFix(stack.node, key, '1'),
  };
}

/** The packet arrived somewhere, and nobody there waits for it. */
function notRecognised(run: Run, name: LegName, traced: TracedLeg, what: string): Untitled {
  const { fate, received } = traced;
  const base = { severity: 'error', node: fate.stack.node, fix: null } as const;
  const evidence = evidenceOf(traced.leg.steps.filter((step) => step.kind === 'deliver' || step.kind === 'nat'));
  if (name === 'ack')
    return {
      ...base,
      code: 'handshake-incomplete',
      message: `${what} arrives at ${fate.stack.title} as another flow: the server never accepts`,
      evidence,
    };
  if (fate.stack !== run.sender)
    return {
      ...base,
      code: 'reply-astray',
      message: `${what} is delivered to ${fate.stack.title}, not to ${run.sender.title}`,
      evidence,
    };
  const drawn = traced.leg.steps.find((step) => step.text === PORT_TAKEN);
  if (drawn)
    return {
      ...base,
      code: 'port-taken',
      title: `${what} comes from another port, which the socket does not wait for`,
      message:
        `${what} is tracked apart from the request on ${drawn.node} (in another zone, or not from its SYN on), and ${PORT_TAKEN}: ` +
        'the socket does not wait for it',
      evidence: evidenceOf([drawn]),
    };
  const opened = traced.leg.steps.find((step) => step.kind === 'conntrack');
  if (name === 'data' && opened)
    return {
      ...base,
      code: 'data-not-recognised',
      title: `${what} comes from ${formatAddress(received.src)}, which the socket does not wait for`,
      message:
        `the connection is made, but ${opened.node} did not track its SYN: there ${what} opens a new connection (nf_conntrack_tcp_loose), ` +
        `whose NAT makes it come from ${formatAddress(received.src)} and not from ${formatAddress(run.request.sent.dst)}`,
      evidence: evidenceOf(traced.leg.steps.filter((step) => step.kind === 'rule')),
    };
  return {
    ...base,
    code: 'reply-not-recognised',
    title: `${what} comes from ${formatAddress(received.src)}, which the socket does not wait for`,
    message:
      `${what} reaches ${run.sender.title} from ${formatAddress(received.src)}, but its socket waits for ${formatAddress(run.request.sent.dst)}: ` +
      'no hook on its way undid the NAT of the request',
    evidence,
  };
}
