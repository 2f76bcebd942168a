import type { Outcome } from '../core/trace/result';
import { html, Html } from './html';
import type { AssumedFact, FromPage, PageState } from './messages';
import type { PageWords } from './page-words';

/** Facts that the snapshot does not hold and that decide: each can be set, and the packet is traced anew. */
export function switches(words: PageWords, outcomes: readonly Outcome[], { facts }: PageState): Html | undefined {
  // Each in its place, whether it is settled or not.
  const all = [...facts, ...openFacts(outcomes)].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  if (all.length === 0) return undefined;
  return html`<form class="switches" aria-label="${words.assuming}">
    <p>${words.assuming}</p>
    ${all.map((fact) => oneSwitch(words, fact, facts))}
  </form>`;
}

/** Facts on which the outcomes differ. Only of settings of the kernel, which a trace can be made with. */
export function openFacts(outcomes: readonly Outcome[]): AssumedFact[] {
  const facts: { node: string; key: string; value: undefined; values: string[] }[] = [];
  for (const { node, key, value } of outcomes.flatMap(({ assumptions }) => assumptions)) {
    if (!key.startsWith('net.')) continue;
    const known = facts.find((fact) => fact.node === node && fact.key === key);
    if (!known) facts.push({ node, key, value: undefined, values: [value] });
    else if (!known.values.includes(value)) known.values.push(value);
  }
  return facts.filter(({ values }) => values.length > 1);
}

const nameOf = ({ node, key }: AssumedFact): string => `${node} ${key}`;

function oneSwitch(words: PageWords, fact: AssumedFact, facts: readonly AssumedFact[]): Html {
  const name = nameOf(fact);
  const others = facts.filter(({ node, key }) => node !== fact.node || key !== fact.key);
  const option = (value: string | undefined, label: string): Html => {
    const message: FromPage = {
      type: 'assume',
      facts: value === undefined ? others : [...others, { ...fact, value }],
    };
    const checked = fact.value === value ? new Html('checked') : undefined;
    return html`<label
      ><input type="radio" name="${name}" data-message="${JSON.stringify(message)}" ${checked} /> ${label}</label
    >`;
  };
  return html`<fieldset id="fact ${name}">
    <legend><code>${fact.key}</code> ${words.on} ${fact.node}</legend>
    ${option(undefined, words.unknown)}
    ${[...fact.values].sort().map((value) => option(value, value.replaceAll('|', ` ${words.or} `)))}
  </fieldset>`;
}
