import { parseAddress } from '../../net/address';
import { formatPrefix } from '../../net/prefix';
import { contains } from '../../net/prefix';
import type { Fix, Step } from '../result';
import { masqueradeFix } from './asymmetry';
import { type Cause, type Failure, ruleFix, type Untitled } from './cause';
import { refusalNotes } from './refusal-notes';
import { describe, evidenceOf, sentence, WHAT } from './words';

/* Packets that a rule or a policy ends, and what they were: a tunnel's, a NodePort's, a service's without endpoints. */

export const refusedByRules: Cause = (failure) => {
  const { cause } = failure.traced.fate;
  if (cause !== 'policy' && cause !== 'rule') return undefined;
  const { last, tunnel } = lastStep(failure.traced.leg.steps);
  if (!last) return undefined;
  const own = tunnel ? tunnelBlocked(failure, tunnel, last) : undefined;
  return own ?? withoutEndpoints(failure, last) ?? nodePort(failure, refusal(failure, last));
};

/** The last step, and the tunnel whose outer packet made it. */
export function lastStep(steps: readonly Step[]): { last: Step | undefined; tunnel: Step | undefined } {
  const last = steps.at(-1);
  const inner = last?.outer && last.outer.length > 0 ? lastStep(last.outer) : undefined;
  return inner?.last ? { last: inner.last, tunnel: inner.tunnel ?? last } : { last, tunnel: undefined };
}

/** `by rule 3 of filter FORWARD: -A FORWARD …` */
function byWhat({ traced: { fate } }: Failure, last: Step): string {
  const where = `${last.table ?? ''} ${last.chain ?? ''}`;
  if (fate.cause === 'policy') return `by the policy of ${where}: no rule accepts it`;
  return `by rule ${last.rule ?? ''} of ${where}: ${fate.reason.replace(/^the outer packet: /, '')}`;
}

function refusal(failure: Failure, last: Step): Untitled {
  const { cluster, name, traced, run } = failure;
  const { fate, received } = traced;
  const verb = fate.verdict === 'rejected' ? 'rejected' : 'dropped';
  const base = { severity: 'error', node: fate.stack.node } as const;
  const evidence = evidenceOf([...traced.leg.steps.filter((one) => one !== last && one.kind === 'rp-filter'), last]);
  if (fate.cause === 'rule' && verb === 'dropped' && /--(ct)?state \S*INVALID/.test(last.text)) {
    const unseen = name === 'reply' && !run.request.leg.steps.some((step) => step.node === fate.stack.node);
    const why = unseen
      ? `the SYN that it answers did not pass ${fate.stack.title}`
      : 'having not seen the packets before it';
    const message = `${WHAT[name]} is dropped on ${fate.stack.title}: connection tracking there finds it INVALID, ${why}`;
    return { ...base, code: 'invalid-dropped', message, evidence, fix: null };
  }
  const code =
    fate.cause === 'rule' ? `${verb}-by-rule` : last.hook === 'FORWARD' ? 'forward-policy-drop' : 'policy-drop';
  const title = `${WHAT[name]} is ${verb} on ${fate.stack.title} ${byWhat(failure, last)}`;
  const notes = refusalNotes(failure, last);
  const forwarding = code === 'forward-policy-drop' ? acceptForwarding(failure) : null;
  return {
    ...base,
    code,
    title,
    message: [
      `${sentence(WHAT[name])} from ${describe(cluster, received.src)} is ${verb} on ${fate.stack.title} ${byWhat(failure, last)}`,
      ...notes.words,
    ].join('. '),
    evidence: [...evidence, ...evidenceOf(notes.steps)],
    fix: forwarding ?? notes.fix ?? (name === 'request' ? null : masqueradeFix(cluster, run)),
  };
}

/** As flannel's own rules since 0.9.1: what comes from pods and what goes to them. */
function acceptForwarding({ cluster, traced }: Failure): Fix | null {
  const { stack } = traced.fate;
  const { src, dst } = traced.received;
  const network = cluster.flannel.config?.network;
  const prefix = [dst, src]
    .map((address) => (network && contains(network, address) ? network : cluster.subnetOwner(address)?.subnet))
    .find((one) => one !== undefined);
  if (!prefix || stack.namespace.kind !== 'host') return null;
  const pods = formatPrefix(prefix);
  return ruleFix(
    `Accept on ${stack.node} what is forwarded from and to ${pods}`,
    stack.node,
    `-t filter -A FORWARD -s ${pods} -j ACCEPT`,
    `-t filter -A FORWARD -d ${pods} -j ACCEPT`,
  );
}

/** The outer packet of a tunnel is refused, and with it everything that goes through the tunnel. */
function tunnelBlocked(failure: Failure, tunnel: Step, last: Step): Untitled | undefined {
  const { name, traced } = failure;
  const { stack } = traced.fate;
  const { src, proto, dport } = last.packet;
  const by = /\((.*)\)/.exec(tunnel.text)?.[1] ?? 'a tunnel';
  const packet = `the outer packet of ${by} (${proto.toUpperCase()}${dport === null ? '' : ` ${dport}`})`;
  const verb = traced.fate.verdict === 'rejected' ? 'rejected' : 'dropped';
  const title = `${packet} from ${src} is ${verb} on ${stack.title} ${byWhat(failure, last)}`;
  const port = dport === null ? '' : ` -m ${proto} --dport ${dport}`;
  return {
    code: 'tunnel-blocked',
    severity: 'error',
    node: stack.node,
    title,
    message: `${sentence(WHAT[name])} is carried in ${title.slice(4)}. Nothing that comes through that tunnel arrives`,
    evidence: evidenceOf([last]),
    fix:
      last.hook === 'INPUT' && parseAddress(src)?.family === 4
        ? ruleFix(
            `Accept ${by} from ${src} on ${stack.node}`,
            stack.node,
            `-t filter -I INPUT -p ${proto}${port} -s ${src}/32 -j ACCEPT`,
          )
        : null,
  };
}

/** kube-proxy refuses what has no endpoint, or none here. */
function withoutEndpoints({ traced }: Failure, last: Step): Untitled | undefined {
  const { fate, leg } = traced;
  const base = { severity: 'error', node: fate.stack.node, fix: null } as const;
  const none = /--comment "(\S+?):? has no (?:active )?endpoints"/.exec(last.text)?.[1];
  if (none !== undefined)
    return {
      ...base,
      code: 'no-endpoints',
      message: `the request is rejected on ${fate.stack.title}: service ${none} has no endpoints`,
      evidence: evidenceOf([last]),
    };
  const said = leg.steps.find((step) => / has no local endpoints"/.test(step.text));
  const service = /--comment "(\S+?):? has no local/.exec(said?.text ?? '')?.[1];
  if (!said || service === undefined) return undefined;
  return {
    ...base,
    code: 'no-local-endpoints',
    title: `service ${service} has no endpoint on ${fate.stack.node}, and its traffic policy is Local`,
    message:
      `the request is dropped on ${fate.stack.title}: service ${service} has no endpoint on ${fate.stack.node}, and its externalTrafficPolicy ` +
      `(or internalTrafficPolicy) is Local: kube-proxy drops what would have to go on to another node`,
    evidence: evidenceOf([said, last]),
  };
}

/** Says of a refused packet that it was for a NodePort. */
function nodePort({ cluster, name, run, traced }: Failure, found: Untitled): Untitled {
  const { sent } = run.request;
  const host = run.wiring.hostOf(traced.fate.stack.node);
  if (name !== 'request' || traced.fate.stack !== host || !host.isLocal(sent.dst)) return found;
  const named = serviceOfNodePort(cluster, sent);
  if (named === undefined) return found;
  return {
    ...found,
    code: 'nodeport-not-accepted',
    title: `${named} is not accepted on ${host.title}: ${found.title ?? found.message}`,
    message: `${sentence(named)} is not accepted on ${host.title}: ${found.message}`,
  };
}

/** `NodePort 30080 of default/web` */
export function serviceOfNodePort(
  { services }: Failure['cluster'],
  { proto, dport }: Failure['traced']['sent'],
): string | undefined {
  for (const service of services)
    for (const port of service.ports)
      if (port.nodePort === dport && port.protocol === proto && dport !== undefined)
        return `NodePort ${dport} of ${service.namespace ?? 'default'}/${service.name ?? ''}`;
  return undefined;
}
