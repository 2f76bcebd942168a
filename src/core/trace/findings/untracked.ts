import { formatAddress } from '../../net/address';
import { type Cause, destinationNat, ruleFix } from './cause';
import { describe, evidenceOf, sentence, WHAT } from './words';

/** A packet that is not tracked passes the nat tables by: a request keeps the service's address, a reply the endpoint's. */
export const notrackBreaksNat: Cause = ({ cluster, run, name, traced }) => {
  const skipped = traced.leg.steps.find((step) => step.kind === 'rule' && step.effect === 'not tracked');
  if (!skipped) return undefined;
  const nat = destinationNat(run);
  const requested = name === 'request' && !nat && cluster.serviceAt(run.request.sent.dst) !== undefined;
  const replied = name !== 'request' && nat !== undefined && nat.node === skipped.node;
  if (!requested && !replied) return undefined;
  const { node } = skipped;
  const what = requested
    ? `${sentence(WHAT[name])} keeps ${describe(cluster, run.request.sent.dst)} as its destination`
    : `${sentence(WHAT[name])} keeps ${describe(cluster, traced.sent.src)} as its source, and the socket waits for ${formatAddress(run.request.sent.dst)}`;
  return {
    code: 'notrack-breaks-nat',
    severity: 'error',
    node,
    title: `rule ${skipped.rule ?? ''} of raw ${skipped.chain ?? ''} on ${node} takes it out of connection tracking, and so out of NAT`,
    message: `${what}: rule ${skipped.rule ?? ''} of raw ${skipped.chain ?? ''} on ${node} takes it out of connection tracking, and the nat table is not asked for what is not tracked`,
    evidence: evidenceOf([skipped]),
    fix: ruleFix(`Delete the rule on ${node}`, node, `-t raw ${skipped.text.replace(/^-A/, '-D')}`),
  };
};
