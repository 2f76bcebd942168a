import { formatAddress } from '../../net/address';
import type { Cluster } from '../../snapshot/cluster';
import type { EvidenceLine, Finding, Fix, Step } from '../result';
import { FORWARDING, offByItself } from '../simulator/forward';
import type { Run, TracedLeg } from '../simulator/simulate';
import { rpFilterFinding } from './asymmetry';
import type { LegName } from '../simulator/context';
import { evidenceOf, sentence, WHAT } from './words';

/** A finding whose title is its message. */
type Untitled = Omit<Finding, 'title'> & Partial<Pick<Finding, 'title'>>;

/** Why a leg of a run fails. */
export function failure(cluster: Cluster, run: Run, failed: { name: LegName; traced: TracedLeg }): Finding {
  const found = describeFailure(cluster, run, failed);
  const message = sentence(found.message);
  return { title: found.message, ...found, message: /[.!?]$/.test(message) ? message : `${message}.` };
}

function describeFailure(cluster: Cluster, run: Run, { name, traced }: { name: LegName; traced: TracedLeg }): Untitled {
  const { fate, leg } = traced;
  const what = WHAT[name];
  const base = { severity: 'error', node: fate.stack.node, fix: null } as const;
  const last = lastStep(leg.steps);
  const evidence = evidenceOf([
    ...leg.steps.filter((step) => step !== last && step.kind === 'rp-filter'),
    ...(last ? [last] : []),
  ]);
  switch (fate.cause) {
    case 'rp-filter':
      return rpFilterFinding(cluster, run, name, traced);
    case 'ip-forward':
      return { ...base, code: 'ip-forward-off', ...forwardingFinding(what, traced, evidence) };
    case 'policy':
      return {
        ...base,
        code: last?.hook === 'FORWARD' ? 'forward-policy-drop' : 'policy-drop',
        message: `${what} is dropped on ${fate.stack.title} by the policy of ${last?.table ?? ''} ${last?.chain ?? ''}: no rule accepts it`,
        evidence,
      };
    case 'rule':
      return { ...base, ...ruleFinding(what, traced, last), evidence };
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
    case 'vtep-mac':
    case 'invalid-rule':
      return {
        ...base,
        code: fate.cause,
        message: `${what} is dropped on ${fate.stack.title}: ${fate.reason}`,
        evidence,
      };
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

/** The last step, of the outer packet where it ends in a tunnel. */
function lastStep(steps: readonly Step[]): Step | undefined {
  const last = steps.at(-1);
  return last?.outer ? (lastStep(last.outer) ?? last) : last;
}

function ruleFinding(what: string, { fate }: TracedLeg, step: Step | undefined): { code: string; message: string } {
  const noEndpoints = /--comment "(\S+?):? has no .*endpoints"/.exec(step?.text ?? '');
  if (noEndpoints)
    return {
      code: 'no-endpoints',
      message: `${what} is rejected on ${fate.stack.title}: service ${noEndpoints[1] ?? ''} has no endpoints`,
    };
  const verb = fate.verdict === 'rejected' ? 'rejected' : 'dropped';
  const where = step ? ` of ${step.table ?? ''} ${step.chain ?? ''}` : '';
  const invalid = fate.verdict === 'dropped' && /--ctstate \S*INVALID|--state \S*INVALID/.test(step?.text ?? '');
  if (invalid)
    return {
      code: 'invalid-dropped',
      message: `${what} is dropped on ${fate.stack.title}: connection tracking there finds it INVALID, having not seen the packets before it`,
    };
  return {
    code: `${verb}-by-rule`,
    message: `${what} is ${verb} on ${fate.stack.title} by rule ${step?.rule ?? ''}${where}: ${fate.reason}`,
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

function sysctlFix(node: string, key: string, value: string): Fix {
  return { title: `Set ${key} = ${value} on ${node}`, changes: [{ kind: 'sysctl', node, key, value }] };
}
