import type { Family } from '../net/address';
import type { Action } from './action';
import type { Answer, Condition } from './match';
import { bindGeneric } from './matches/generic';
import { MATCHES } from './matches/registry';
import { type ModuleUse, readRuleSyntax, type RuleSyntax } from './syntax';
import { readAction } from './targets/read';

/** Packets and bytes, as the kernel counted them. Listings round them: `69510`, `6306K`. */
export interface Counters {
  readonly packets: number;
  readonly bytes: number;
}

/** What a rule means: all conditions hold → the action. */
export interface Meaning {
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

/** What the words of a rule say. It is read when it is first asked for, and once for all rules that share it. */
export class RuleReading {
  #syntax: RuleSyntax | undefined;
  #meaning: Meaning | undefined;

  /** @param column where the rule's words begin in the line, from whose begin their places are counted */
  constructor(
    private readonly family: Family,
    private readonly line: string,
    readonly column: number,
  ) {}

  /** The same, not read yet: what is read of it goes when it does. */
  again(): RuleReading {
    return new RuleReading(this.family, this.line, this.column);
  }

  get syntax(): RuleSyntax {
    return (this.#syntax ??= readRuleSyntax(this.line, this.column));
  }

  get meaning(): Meaning {
    return (this.#meaning ??= meaningOf(this.syntax, this.family));
  }
}

/** A rule of a chain. A table of 100,000 costs little until it is asked what they say. */
export class Rule {
  constructor(
    readonly family: Family,
    readonly chain: string,
    /** Position in its chain, counting from 1. */
    readonly number: number,
    /** As iptables-save prints it, without counters: `-A FORWARD -i eth0 -j DROP`. */
    readonly text: string,
    readonly counters: Counters | undefined,
    /** Line of the dump, counting from 1. */
    readonly line: number,
    readonly reading: RuleReading,
  ) {}

  /** The same rule at another position of its chain. */
  withNumber(number: number): Rule {
    return this.copy(number, this.reading);
  }

  /** The same rule, with a reading of its own: what it says is kept no longer than this copy. */
  readApart(): Rule {
    return this.copy(this.number, this.reading.again());
  }

  private copy(number: number, reading: RuleReading): Rule {
    return new Rule(this.family, this.chain, number, this.text, this.counters, this.line, reading);
  }

  get syntax(): RuleSyntax {
    return this.reading.syntax;
  }

  get meaning(): Meaning {
    return this.reading.meaning;
  }

  /** The text of `-m comment`, or undefined. */
  get comment(): string | undefined {
    const match = this.syntax.matches.find((use) => use.module === 'comment');
    return match?.options[0]?.values[0]?.text;
  }
}

export function meaningOf(syntax: RuleSyntax, family: Family): Meaning {
  const conditions: Condition[] = [];
  for (const use of syntax.generic) {
    const value = use.values[0]?.text ?? '';
    conditions.push(bindGeneric(use, family) ?? notUnderstood(`${use.flag} ${value}`));
  }
  for (const use of syntax.matches) conditions.push(...(bindMatch(use, family) ?? [notUnderstood(matchText(use))]));
  const action = readAction(syntax.target);
  return { conditions, action: action ?? { kind: 'unknown', target: syntax.target?.module ?? '' } };
}

function bindMatch(use: ModuleUse, family: Family): Condition[] | undefined {
  return Object.hasOwn(MATCHES, use.module) ? MATCHES[use.module]?.bind(use.options, family) : undefined;
}

function matchText(use: ModuleUse): string {
  const options = use.options.map((option) =>
    [option.negated ? '!' : '', option.flag, ...option.values.map((value) => value.text)].filter(Boolean).join(' '),
  );
  return ['-m', use.module, ...options].join(' ');
}

/** A match that the tracer does not know the meaning of: unknown, and said to be. */
function notUnderstood(text: string): Condition {
  const answer: Answer = {
    kind: 'unknown',
    code: 'match-not-simulated',
    subject: text,
    text: `"${text}" matches`,
    perPacket: true,
  };
  return { test: () => answer, words: () => `that match "${text}"` };
}
