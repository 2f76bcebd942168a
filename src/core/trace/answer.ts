import type { Outcome, Verdict } from './result';

/** How an outcome ends, as the end of a sentence. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  connected: 'connects',
  'no-reply': 'gets no reply',
  dropped: 'does not connect',
  rejected: 'is refused',
  unroutable: 'does not connect',
  loop: 'does not connect',
  undetermined: 'cannot be told',
};

/** The answer in one sentence: does it connect, and if not, where and why; what to do where that is known. */
export function answerOf(from: string, to: string, outcomes: readonly Outcome[]): string {
  const verdicts = [...new Set(outcomes.map((outcome) => outcome.verdict))];
  const main =
    outcomes.find((outcome) => outcome.supportedBy.length > 0) ?? (verdicts.length === 1 ? outcomes[0] : undefined);
  if (main) return `${from} → ${to} ${VERDICT_WORDS[main.verdict]}${reason(main)}.${remedy(main)}`;
  const facts = [
    ...new Set(outcomes.flatMap((outcome) => outcome.assumptions.map((one) => `${one.key} of ${one.node}`))),
  ];
  if (facts.length > 0) return `${from} → ${to}: it depends on ${list(facts)}, which the snapshot does not hold.`;
  const shares = verdicts.map((verdict) => {
    const share = outcomes.filter((one) => one.verdict === verdict).reduce((sum, one) => sum + one.probability, 0);
    return `${VERDICT_WORDS[verdict]} in ${Math.round(share * 100)} % of draws`;
  });
  return `${from} → ${to} ${shares.join(', ')}.`;
}

function reason(outcome: Outcome): string {
  const found =
    outcome.findings.find((finding) => finding.severity === 'error') ??
    outcome.findings.find((finding) => finding.severity === 'warning' && finding.code !== 'foreign-resolver');
  if (found) return `${outcome.verdict === 'connected' ? '; ' : ': '}${found.title}`;
  return outcome.request.received ? `; the server sees ${outcome.request.received.src}` : '';
}

/** The first fix that was tried and helps. */
function remedy(outcome: Outcome): string {
  if (outcome.verdict === 'connected') return '';
  const fix = outcome.findings.find((finding) => finding.fix?.effect?.verdict === 'connected')?.fix;
  return fix ? ` ${fix.title}: then it connects.` : '';
}

function list(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
