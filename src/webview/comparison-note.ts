import type { ComparedStep, Comparison } from '../core/trace/compare/comparison';
import type { Leg, Outcome } from '../core/trace/result';
import type { LegName, StepNumber } from '../core/trace/way';
import { html, Html } from './html';
import { legSection } from './leg-steps';
import { button } from './links';
import type { PageWords } from './page-words';
import { stepId, wayTable, type WayMarks } from './way-table';

/** What a trace is held against. */
export interface Compared {
  readonly comparison: Comparison;
  /** What the other one is called. */
  readonly label: string;
}

/** What starts the ids of the other trace's rows. */
const THERE = 'there';

/** How this trace and another one differ: in words, in a drawing of the other one, and step by step. */
export function comparisonNote(words: PageWords, { comparison, label }: Compared, canStop: boolean): Html {
  const { answer, there, steps, verdicts } = comparison;
  const different = steps.filter(({ kind }) => kind !== 'same');
  const legs: readonly (readonly [LegName, Leg | null])[] = [
    ['request', there.request],
    ['reply', there.reply],
    ['ack', there.ack],
    ['data', there.data],
  ];
  return html`<section class="comparison" aria-label="${words.comparedWith}: ${label}">
    <h2>
      ${words.comparedWith}: ${label} ${canStop ? button(words.stopComparing, { type: 'stop-comparing' }) : undefined}
    </h2>
    <p class="difference">${answer}</p>
    <details ${different.length > 0 ? new Html('open') : undefined}>
      <summary>
        ${words.there}: <span class="verdict ${verdicts.there}">${words.verdicts[verdicts.there]}</span>
      </summary>
      ${wayTable(words, there, THERE, { differs: differsOn(comparison, 'there') })}
      <details>
        <summary>${words.stepsThere}</summary>
        ${legs.flatMap(([name, leg]) => (leg ? [legSection(words, name, leg, THERE, false)] : []))}
      </details>
    </details>
    ${different.length > 0 ? differences(words, different) : undefined}
  </section>`;
}

/** Of the outcome that is compared: which of its steps are other ones there. */
export function differsHere({ comparison }: Compared, outcome: Outcome): WayMarks['differs'] {
  return outcome === comparison.here ? differsOn(comparison, 'here') : undefined;
}

function differsOn({ steps }: Comparison, side: 'here' | 'there'): WayMarks['differs'] {
  const ids = steps.flatMap((one) => {
    const numbered = one.kind === 'same' ? undefined : one[side];
    return numbered ? [stepId('', one.leg, numbered.number)] : [];
  });
  const known = new Set(ids);
  return (leg: LegName, number: StepNumber) => known.has(stepId('', leg, number));
}

const SIGNS: Readonly<Record<ComparedStep['kind'], string>> = {
  same: '=',
  differs: '≠',
  'only-here': '+',
  'only-there': '−',
};

function differences(words: PageWords, steps: readonly ComparedStep[]): Html {
  return html`<details>
    <summary>${words.differences} (${steps.length})</summary>
    <ul class="differences">
      ${steps.map((one) => difference(words, one))}
    </ul>
  </details>`;
}

function difference(words: PageWords, { leg, kind, here, there }: ComparedStep): Html {
  const step = (here ?? there)?.step;
  if (!step) return html``;
  const place = step.namespace === 'host' ? step.node : `${step.node}/${step.namespace}`;
  const stage = [step.hook, step.table ?? step.kind].filter((part) => part !== null).join(' ');
  const effect =
    kind === 'differs'
      ? html`${words.there}: ${there?.step.effect}; ${words.here}: ${step.effect}`
      : html`${step.effect}`;
  return html`<li class="${kind}">
    <span class="sign" aria-hidden="true">${SIGNS[kind]}</span> <b>${words.kinds[kind]}</b>, ${words[leg]}, ${place}
    ${stage} <code>${step.text}</code> <span class="effect">${effect}</span>
  </li>`;
}
