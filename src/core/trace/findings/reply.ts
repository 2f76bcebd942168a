import { formatAddress, parseAddress } from '../../net/address';
import { isOverlay } from '../../overlay/device';
import { masqueradeFix } from './asymmetry';
import { type Cause, destinationNat, type Failure, ruleFix, sysctlEvidence, sysctlFix } from './cause';
import type { Fate } from '../simulator/fate';
import { describe, evidenceOf, sentence, WHAT } from './words';

/* Replies that the sender's socket does not get, because they do not come back the way that the request went. */

/** A pod that is its own endpoint gets a packet from its own address, and the kernel takes it for a forgery. */
export const hairpinWithoutMasquerade: Cause = ({ cluster, run, name, traced }) => {
  const { fate, received } = traced;
  const nat = destinationNat(run);
  if (name !== 'request' || !nat || fate.stack !== run.sender || fate.cause !== 'martian') return undefined;
  if (received.src.value !== received.dst.value) return undefined;
  const own = formatAddress(received.src);
  return {
    code: 'hairpin-without-masquerade',
    severity: 'error',
    node: nat.node,
    title: `${fate.stack.title} gets its own packet back with its own address as the source, and drops it`,
    message:
      `The request is sent back to ${describe(cluster, received.src)} itself, whose own address is the source: ${fate.stack.title} drops it as a martian. ` +
      `No rule of ${nat.node} MASQUERADEs what an endpoint sends to itself`,
    evidence: evidenceOf([nat]),
    fix: ruleFix(
      `Masquerade on ${nat.node} what ${own} sends to itself`,
      nat.node,
      `-t nat -A POSTROUTING -s ${own}/32 -d ${own}/32 -j MASQUERADE`,
    ),
  };
};

/** A reply that stays on the bridge of its node passes no hook, and so nothing undoes the NAT of the request. */
export const bridgeNfOff: Cause = ({ cluster, run, name, traced }) => {
  const nat = destinationNat(run);
  if (name !== 'reply' || !nat || !arrivesUnrecognised({ cluster, run, name, traced })) return undefined;
  const host = run.wiring.hostOf(nat.node);
  const key = `net.bridge.bridge-nf-call-${traced.received.src.family === 4 ? 'iptables' : 'ip6tables'}`;
  const bridged = traced.leg.steps.find((step) => step.kind === 'bridge' && step.node === nat.node);
  if (!host || !bridged || host.sysctl(key) !== '0') return undefined;
  if (traced.leg.steps.some((step) => step.node === nat.node && step.namespace === nat.namespace && step.hook !== null))
    return undefined;
  const bridge = /^[^:]*/.exec(bridged.text)?.[0] ?? '';
  return {
    code: 'bridge-nf-off',
    severity: 'error',
    node: nat.node,
    title: `bridged packets skip iptables on ${nat.node}: nothing restores the source of the reply`,
    message:
      `${sentence(WHAT[name])} comes from ${describe(cluster, traced.received.src)}, and the socket waits for ${formatAddress(run.request.sent.dst)}: ` +
      `it stays on ${bridge} of ${nat.node}, where ${key} is 0, so that bridged packets skip iptables and conntrack, and nothing undoes the NAT of the request`,
    evidence: [...evidenceOf([nat]), ...sysctlEvidence(host, key)],
    fix: sysctlFix(nat.node, key, '1'),
  };
};

/** Ends that are causes by themselves; where masquerading would cure them, too, their findings offer it. */
const NAMED_OTHERWISE: ReadonlySet<Fate['cause']> = new Set(['rp-filter', 'rule', 'policy']);

/**
 * The reply goes past the node that rewrote the destination, or past the tunnel that the request came through: with a
 * source of that node's own, or of that tunnel's, it would come back the same way.
 */
export const missingMasquerade: Cause = (failure) => {
  const { run, name, traced } = failure;
  if (name === 'request' || NAMED_OTHERWISE.has(traced.fate.cause)) return undefined;
  return pastTheTunnel(failure) ?? (name === 'reply' ? pastTheTranslator(failure) : undefined);

  function pastTheTunnel({ cluster }: Failure): ReturnType<Cause> {
    if (arrivesUnrecognised(failure)) return undefined;
    const fix = masqueradeFix(cluster, run);
    const sent = run.request.leg.steps.find((step) => step.kind === 'tunnel');
    if (!fix || !sent || traced.leg.steps.some((step) => step.kind === 'tunnel')) return undefined;
    const source = sent.packet.src;
    const address = parseAddress(source);
    const node = cluster.node(sent.node);
    const holder = address && node?.host?.holder(address);
    if (!holder || isOverlay(holder)) return undefined;
    const tunnel = /^\S+/.exec(sent.text)?.[0] ?? '';
    const end = traced.fate.reason || `it is delivered to ${traced.fate.stack.title}`;
    return {
      code: 'missing-masquerade',
      severity: 'error',
      node: sent.node,
      title: `the request leaves by ${tunnel} with ${source}, so that its reply comes back another way and is lost`,
      message:
        `The request leaves ${sent.node} through ${tunnel} with ${source}, the address of ${holder.name}: ` +
        `its reply does not come back through the tunnel, and is lost: ${end}`,
      evidence: evidenceOf([...request(), ...traced.leg.steps.slice(-1)]),
      fix,
    };
  }

  function pastTheTranslator({ cluster }: Failure): ReturnType<Cause> {
    const nat = destinationNat(run);
    if (!nat || traced.leg.steps.some((step) => step.node === nat.node && step.namespace === nat.namespace))
      return undefined;
    const { dst } = run.request.sent;
    const server = describe(cluster, run.request.received.dst);
    return {
      code: 'missing-masquerade',
      severity: 'error',
      node: nat.node,
      title: `the reply does not pass ${nat.node}, which rewrote the request and alone could undo it`,
      message:
        `${nat.node} rewrote the request's destination and did not MASQUERADE its source: ${server} answers ${describe(cluster, traced.sent.dst)} ` +
        `itself, its reply does not pass ${nat.node}, and the socket waits for ${formatAddress(dst)}`,
      evidence: evidenceOf(request()),
      fix: ruleFix(
        `Masquerade on ${nat.node} what it rewrites for ${formatAddress(dst)}, so that replies come back through it`,
        nat.node,
        `-t nat -A POSTROUTING -m conntrack --ctstate DNAT --ctorigdst ${formatAddress(dst)}/${dst.family === 4 ? 32 : 128} -j MASQUERADE`,
      ),
    };
  }

  function request(): typeof traced.leg.steps {
    return run.request.leg.steps.filter((step) => step === destinationNat(run));
  }
};

function arrivesUnrecognised({ run, traced }: Failure): boolean {
  return traced.fate.verdict === 'delivered' && traced.fate.stack === run.sender;
}
