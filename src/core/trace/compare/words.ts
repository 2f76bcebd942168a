import { VERDICT_WORDS } from '../answer';
import type { Outcome, Step } from '../result';
import type { LegName } from '../way';
import type { ComparedStep, Comparison } from './comparison';

const LEG_WORDS: Readonly<Record<LegName, string>> = {
  request: 'the request',
  reply: 'the reply',
  ack: 'the third packet',
  data: 'the first data',
};

/** What differs between two traces: how they end, where they part, and which packets go another way. */
export function answerOf({ verdicts, here, there, first, otherWays }: Omit<Comparison, 'answer'>): string {
  if (!first) return `No step differs: both end alike, ${verdicts.here}.`;
  const ends =
    verdicts.here === verdicts.there && reasonOf(here) === reasonOf(there)
      ? `Both end alike, ${verdicts.here}.`
      : `There it ${VERDICT_WORDS[verdicts.there]}${reasonOf(there)}; here it ${VERDICT_WORDS[verdicts.here]}${reasonOf(here)}.`;
  const ways = otherWays.map((leg) => LEG_WORDS[leg]).join(' and ');
  const goes = otherWays.length > 1 ? 'go' : 'goes';
  return [
    ends,
    `The first step that differs: ${differenceOf(first)}.`,
    ...(otherWays.length > 0 ? [`${ways.charAt(0).toUpperCase()}${ways.slice(1)} ${goes} another way.`] : []),
  ].join(' ');
}

/** Why a leg ends where it should not, of the first that does. */
function reasonOf({ request, reply, ack, data }: Outcome): string {
  const reason = [request, reply, ack, data].find((leg) => leg && leg.reason !== null)?.reason;
  return reason === undefined || reason === null ? '' : ` (${reason})`;
}

function differenceOf({ leg, kind, here, there }: ComparedStep): string {
  const step = (here ?? there)?.step;
  if (!step) return LEG_WORDS[leg];
  const place = `${LEG_WORDS[leg]} on ${step.node}${step.namespace === 'host' ? '' : `/${step.namespace}`}`;
  const stage = [step.hook, step.table ?? step.kind].filter((part) => part !== null).join(' ');
  if (kind === 'only-here') return `only here, ${place}, ${stage}: ${whatOf(step)}`;
  if (kind === 'only-there') return `only there, ${place}, ${stage}: ${whatOf(step)}`;
  return `${place}, ${stage}: there ${there ? whatOf(there.step) : ''}, here ${whatOf(step)}`;
}

function whatOf({ text, effect }: Step): string {
  return text === '' ? effect : `${text} (${effect})`;
}
