import type { PacketView } from '../../../src/core/netfilter/match';
import type { ModuleUse, OptionUse, RuleSyntax } from '../../../src/core/netfilter/syntax';
import type { NetworkNamespace } from '../../../src/core/snapshot/namespace';

/** Something that a rule can ask or do. */
export interface RuleFeature {
  readonly group: string;
  readonly name: string;
  /** It cannot decide over a packet's way. */
  readonly inert: boolean;
  has(syntax: RuleSyntax, namespace: NetworkNamespace): boolean;
  /** The rule as it would be if it did not ask that; undefined for what it does. */
  readonly without: ((syntax: RuleSyntax, namespace: NetworkNamespace) => RuleSyntax) | undefined;
  /** Whether a packet that the rule matches is one that this is about. */
  concerns(view: PacketView): boolean;
}

type OptionTest = (use: OptionUse, namespace: NetworkNamespace) => boolean;

/** An option of the rule itself, or of a match extension. */
export function asks(
  group: string,
  name: string,
  module: string | undefined,
  test: OptionTest,
  concerns: (view: PacketView) => boolean = () => true,
): RuleFeature {
  const of = (syntax: RuleSyntax): readonly OptionUse[] =>
    module === undefined
      ? syntax.generic
      : syntax.matches.filter((use) => use.module === module).flatMap(({ options }) => options);
  return {
    group,
    name,
    inert: false,
    concerns,
    has: (syntax, namespace) => of(syntax).some((use) => test(use, namespace)),
    without: (syntax, namespace) => {
      const kept = (uses: readonly OptionUse[]): OptionUse[] => uses.filter((use) => !test(use, namespace));
      if (module === undefined) return { ...syntax, generic: kept(syntax.generic) };
      return {
        ...syntax,
        matches: syntax.matches.flatMap((use): ModuleUse[] => {
          if (use.module !== module) return [use];
          const options = kept(use.options);
          return options.length === 0 ? [] : [{ ...use, options }];
        }),
      };
    },
  };
}

/** A match extension, with all that it is asked; and with its `-p`, where it needs one. */
export function uses(
  group: string,
  module: string,
  name = `-m ${module}`,
  test: (use: ModuleUse) => boolean = () => true,
  protocol?: string,
): RuleFeature {
  const isIt = (use: ModuleUse): boolean => use.module === module && test(use);
  return {
    group,
    name,
    inert: false,
    concerns: () => true,
    has: (syntax) => syntax.matches.some(isIt),
    without: (syntax) => ({
      ...syntax,
      generic: syntax.generic.filter(
        (use) => protocol === undefined || use.flag !== '--protocol' || use.values[0]?.text !== protocol,
      ),
      matches: syntax.matches.filter((use) => !isIt(use)),
    }),
  };
}

/** What a rule does; `target` undefined for one that jumps. */
export function does(group: string, name: string, test: (target: Target) => boolean): RuleFeature {
  return {
    group,
    name,
    inert: false,
    concerns: () => true,
    has: ({ target }) => target !== undefined && test(target),
    without: undefined,
  };
}

export type Target = NonNullable<RuleSyntax['target']>;

export function inert(feature: RuleFeature): RuleFeature {
  return { ...feature, inert: true };
}

/** The first value of an option. */
export function value({ values }: OptionUse): string {
  return values[0]?.text ?? '';
}

export function optionOf({ options }: ModuleUse, ...flags: string[]): string | undefined {
  const found = options.find(({ flag }) => flags.includes(flag));
  return found && value(found);
}

export function has({ options }: ModuleUse, flag: string): boolean {
  return options.some((use) => use.flag === flag);
}
