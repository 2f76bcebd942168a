import type { Plan, Space } from './network';

/** One line that a plan can do without: a twist, or a rule of one of the rule sets. */
interface Line {
  readonly space: string;
  /** Of `rulesets`; undefined for a twist. */
  readonly ruleset: number | undefined;
  readonly at: number;
}

/**
 * The smallest plan that still fails, as far as leaving out lines finds it: halves first, then ever smaller parts.
 * Time grows with the lines that are needed.
 */
export async function shrink(plan: Plan, fails: (smaller: Plan) => Promise<boolean>): Promise<Plan> {
  let needed = linesOf(plan);
  for (let size = Math.ceil(needed.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < needed.length;) {
      const smaller = [...needed.slice(0, at), ...needed.slice(at + size)];
      if (await fails(withLines(plan, smaller))) needed = smaller;
      else at += size;
    }
  }
  return withLines(plan, needed);
}

function linesOf({ spaces }: Plan): Line[] {
  return Object.entries(spaces).flatMap(([space, { twists = [], rulesets = [] }]) => [
    ...rulesets.flatMap(({ lines }, ruleset) => lines.map((_, at): Line => ({ space, ruleset, at }))),
    ...twists.map((_, at): Line => ({ space, ruleset: undefined, at })),
  ]);
}

function withLines(plan: Plan, kept: readonly Line[]): Plan {
  const keys = new Set(kept.map(({ space, ruleset, at }) => `${space} ${ruleset ?? ''} ${at}`));
  const spaces = Object.entries(plan.spaces).map(([name, space]): [string, Space] => {
    const keeps = (ruleset: number | undefined) => (_: string, at: number) =>
      keys.has(`${name} ${ruleset ?? ''} ${at}`);
    return [
      name,
      {
        ...space,
        ...(space.twists && { twists: space.twists.filter(keeps(undefined)) }),
        ...(space.rulesets && {
          rulesets: space.rulesets.map((one, index) => ({ ...one, lines: one.lines.filter(keeps(index)) })),
        }),
      },
    ];
  });
  return { ...plan, spaces: Object.fromEntries(spaces) };
}
