import type { Family } from '../net/address';
import type { Action } from './action';
import type { Answer, Condition } from './match';
import { bindGeneric } from './matches/generic';
import { MATCHES } from './matches/registry';
import type { ModuleUse, RuleSyntax } from './syntax';
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

/**
 * A rule of a chain. What it says is read when it is first asked for: a table of 100,000 rules costs little until then.
 */
export class Rule {
  #syntax: RuleSyntax | undefined;
  #meaning: Meaning | undefined;

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
    private readonly read: () => RuleSyntax,
  ) {}

  /** The same rule at another position of its chain. */
  withNumber(number: number): Rule {
    return new Rule(this.family, this.chain, number, this.text, this.counters, this.line, this.read);
  }

  get syntax(): RuleSyntax {
    return (this.#syntax ??= this.read());
  }

  get meaning(): Meaning {
    return (this.#meaning ??= bind(this.syntax, this.family));
  }

  /** The text of `-m comment`, or undefined. */
  get comment(): string | undefined {
    const match = this.syntax.matches.find((use) => use.module === 'comment');
    return match?.options[0]?.values[0]?.text;
  }
}

function bind(syntax: RuleSyntax, family: Family): Meaning {
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
