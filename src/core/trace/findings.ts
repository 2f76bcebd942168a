import { formatAddress } from '../net/address';
import { isOverlay } from '../overlay/device';
import type { Cluster } from '../snapshot/cluster';
import { nameAddress } from '../snapshot/names';
import { serviceTitle } from '../kubernetes/service';
import type { EvidenceLine, Finding, Fix, Leg, Step } from './result';
import type { Run, TracedLeg } from './simulate';

/** What an expert would say of a run: why it fails, or what may make it fail. */
export function findingsOf(cluster: Cluster, run: Run): Finding[] {
  const findings: Finding[] = [];
  const failed = failedLeg(run);
  if (failed) findings.push(failure(cluster, run, failed));
  else findings.push(...asymmetry(cluster, run));
  findings.push(...unexpectedOwner(cluster, run));
  return findings;
}

type LegName = 'request' | 'reply' | 'ack' | 'data';

const WHAT: Readonly<Record<LegName, string>> = {
  request: 'the request',
  reply: 'the reply',
  ack: 'the packet that completes the handshake',
  data: 'the first data of the server',
};

function failedLeg(run: Run): { name: LegName; traced: TracedLeg } | undefined {
  if (run.verdict === 'connected') return undefined;
  if (run.data) return { name: 'data', traced: run.data };
  if (run.ack) return { name: 'ack', traced: run.ack };
  if (run.reply) return { name: 'reply', traced: run.reply };
  return { name: 'request', traced: run.request };
}

function failure(cluster: Cluster, run: Run, failed: { name: LegName; traced: TracedLeg }): Finding {
  const found = describeFailure(cluster, run, failed);
  const message = sentence(found.message);
  return { title: found.message, ...found, message: /[.!?]$/.test(message) ? message : `${message}.` };
}

/** A finding whose title is its message. */
type Untitled = Omit<Finding, 'title'> & Partial<Pick<Finding, 'title'>>;

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
      return {
        ...base,
        code: 'ip-forward-off',
        message: `${what} is not forwarded by ${fate.stack.title}: ip_forward is 0`,
        evidence,
        fix: sysctlFix(fate.stack.node, 'net.ipv4.ip_forward', '1'),
      };
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

function rpFilterFinding(cluster: Cluster, run: Run, name: LegName, traced: TracedLeg): Finding {
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
    fix: masqueradeFix(cluster, run),
  };
}

/** The request works, and its reply takes another way: it stays so only while nothing on that way is strict. */
function asymmetry(cluster: Cluster, run: Run): Finding[] {
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
        `although the way back leads elsewhere. It works because rp_filter there is not strict (${step.text.split(';')[0] ?? ''}).`,
      evidence: evidenceOf(passed),
      fix: masqueradeFix(cluster, run),
    },
  ];
}

/**
 * Where the request left its own node through a tunnel with the address of another interface, masquerading it makes
 * the replies come back through the tunnel.
 */
function masqueradeFix(cluster: Cluster, run: Run): Fix | null {
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

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sysctlFix(node: string, key: string, value: string): Fix {
  return { title: `Set ${key} = ${value} on ${node}`, changes: [{ kind: 'sysctl', node, key, value }] };
}

/** An endpoint that lives elsewhere than the registry, or the people, expect. */
function unexpectedOwner(cluster: Cluster, run: Run): Finding[] {
  if (cluster.objects.length === 0 && cluster.expectations.length === 0) return [];
  const address = run.request.received.dst;
  const owner = cluster.nodeOf(address);
  if (!owner) return [];
  const found = cluster.endpointAt(address);
  const expected = found?.endpoint.expectedNode ?? expectation(cluster, found && serviceTitle(found.service));
  if (!found || expected === undefined || expected === owner.name) return [];
  return [
    {
      code: 'endpoint-elsewhere',
      severity: 'warning',
      node: owner.name,
      title: `endpoint ${formatAddress(address)} is on ${owner.name}, though it is expected on ${expected}`,
      message: `Endpoint ${formatAddress(address)} of ${serviceTitle(found.service)} is on ${owner.name}, though it is expected on ${expected}`,
      evidence: found.endpoint.evidence.slice(0, 1).map((line) => ({ ...line })),
      fix: null,
    },
  ];
}

/** `expectations` of a snapshot: where its author believes a service to run. */
function expectation(cluster: Cluster, service: string | undefined): string | undefined {
  return cluster.expectations.find((one) => one.service === service)?.node;
}

function describe(cluster: Cluster, address: Parameters<typeof nameAddress>[1]): string {
  const name = nameAddress(cluster, address);
  return name ? `${formatAddress(address)} (${name.words})` : formatAddress(address);
}

function evidenceOf(steps: Leg['steps']): EvidenceLine[] {
  return steps.flatMap(({ node, namespace, source, text }) =>
    source ? [{ node, namespace, output: source.output, line: source.line, text }] : [],
  );
}
