import type { Outcome, Verdict } from './result';

const WORDS: Readonly<Record<Verdict, string>> = {
  connected: 'connects',
  'no-reply': 'gets no reply',
  dropped: 'does not connect: the request is dropped',
  rejected: 'is refused',
  unroutable: 'does not connect: there is no way',
  loop: 'does not connect: the packet goes round in circles',
  undetermined: 'cannot be told',
};

/** The answer in one sentence: does it connect, and if not, why. */
export function answerOf(from: string, to: string, outcomes: readonly Outcome[]): string {
  const verdicts = [...new Set(outcomes.map((outcome) => outcome.verdict))];
  const supported = outcomes.find((outcome) => outcome.supportedBy.length > 0);
  const [only] = outcomes;
  if (supported && outcomes.length > 1)
    return `${from} → ${to}: ${WORDS[supported.verdict]}, as what was seen on the cluster shows. ${reason(supported)}`.trimEnd();
  if (verdicts.length === 1 && only) return `${from} → ${to}: ${WORDS[only.verdict]}. ${reason(only)}`.trimEnd();
  const facts = [
    ...new Set(outcomes.flatMap((outcome) => outcome.assumptions.map((one) => `${one.key} of ${one.node}`))),
  ];
  if (facts.length === 0) {
    const shares = verdicts.map((verdict) => {
      const share = outcomes.filter((one) => one.verdict === verdict).reduce((sum, one) => sum + one.probability, 0);
      return `${Math.round(share * 100)} % ${verdict}`;
    });
    return `${from} → ${to}: it depends on the endpoint drawn: ${shares.join(', ')}.`;
  }
  return `${from} → ${to}: it depends on ${list(facts)}, which the snapshot does not hold.`;
}

function reason(outcome: Outcome): string {
  const error =
    outcome.findings.find((finding) => finding.severity === 'error') ??
    outcome.findings.find((one) => one.severity === 'warning' && one.code !== 'foreign-resolver');
  if (!error) return outcome.request.received ? `The server sees ${outcome.request.received.src}.` : '';
  return sentence(error.message);
}

function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

function list(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
