import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Case, toCases } from '../../../src/core/trace/cases';
import type { Choices } from '../../../src/core/trace/choices';
import { explore, type Question } from '../../../src/core/trace/choices';

/** A little simulator: it draws, it asks for facts, and comes to a result. */
type Program =
  | { readonly kind: 'result'; readonly result: string }
  | { readonly kind: 'draw'; readonly weights: readonly number[]; readonly next: readonly Program[] }
  | {
      readonly kind: 'ask';
      readonly fact: string;
      readonly classes: readonly (readonly string[])[];
      readonly next: readonly Program[];
    };

const DOMAINS: Readonly<Record<string, readonly string[]>> = {
  rp_filter: ['0', '1', '2'],
  ip_forward: ['0', '1'],
  hairpin: ['off', 'on'],
};

function question(fact: string): Question {
  return { id: fact, code: fact, node: 'n', key: fact, domain: DOMAINS[fact] ?? [], text: () => fact };
}

function run(program: Program, choices: Choices): string {
  switch (program.kind) {
    case 'result':
      return program.result;
    case 'draw':
      return run(program.next[choices.draw(program.weights)]!, choices);
    case 'ask':
      return run(program.next[choices.decide(question(program.fact), program.classes)]!, choices);
  }
}

function casesOf(program: Program): Case<string>[] {
  const { leaves, complete } = explore((choices) => run(program, choices), 100_000);
  assert.ok(complete);
  return toCases(leaves, (result) => result, 'missing');
}

type Values = Readonly<Record<string, string>>;

/** Every assignment of values to facts. */
function assignments(): Values[] {
  return Object.entries(DOMAINS).reduce<Values[]>(
    (all, [fact, domain]) => all.flatMap((one) => domain.map((value) => ({ ...one, [fact]: value }))),
    [{}],
  );
}

/** What happens under an assignment, with its probabilities: by the definition. */
function distribution(
  program: Program,
  values: Values,
  share = 1,
  into = new Map<string, number>(),
): Map<string, number> {
  if (program.kind === 'result') into.set(program.result, (into.get(program.result) ?? 0) + share);
  else if (program.kind === 'draw')
    program.weights.forEach((weight, at) => {
      if (weight > 0) distribution(program.next[at]!, values, share * weight, into);
    });
  else {
    const at = program.classes.findIndex((members) => members.includes(values[program.fact]!));
    distribution(program.next[at]!, values, share, into);
  }
  return into;
}

function holds({ facts }: Case<string>, values: Values): boolean {
  return [...facts.values()].every((fact) => fact.values.includes(values[fact.question.id]!));
}

function assertSame(found: Case<string>['results'], expected: ReadonlyMap<string, number>): void {
  assert.equal(found.length, expected.size);
  for (const { result, probability } of found) assert.ok(Math.abs((expected.get(result) ?? -1) - probability) < 1e-9);
}

/** Values of a domain put into classes, none of them empty. */
function partition(domain: readonly string[]): fc.Arbitrary<string[][]> {
  return fc
    .array(fc.nat({ max: domain.length - 1 }), { minLength: domain.length, maxLength: domain.length })
    .map((of) =>
      domain.map((_, at) => domain.filter((__, place) => of[place] === at)).filter((members) => members.length > 0),
    );
}

const { program } = fc.letrec<{ program: Program; result: Program; draw: Program; ask: Program }>((tie) => ({
  program: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('result'), tie('draw'), tie('ask')),
  result: fc.record({
    kind: fc.constant('result' as const),
    result: fc.constantFrom('connected', 'dropped', 'no-reply'),
  }),
  draw: fc
    .array(fc.tuple(fc.nat({ max: 3 }), tie('program')), { minLength: 1, maxLength: 3 })
    .map((branches): Program => {
      const total = branches.reduce((sum, [weight]) => sum + weight, 0);
      const weights = branches.map(([weight], at) => (total === 0 ? (at === 0 ? 1 : 0) : weight / total));
      return { kind: 'draw', weights, next: branches.map(([, next]) => next) };
    }),
  ask: fc
    .constantFrom(...Object.keys(DOMAINS))
    .chain((fact) =>
      fc.tuple(
        fc.constant(fact),
        partition(DOMAINS[fact] ?? []),
        fc.array(tie('program'), { minLength: 3, maxLength: 3 }),
      ),
    )
    .map(([fact, classes, next]): Program => ({ kind: 'ask', fact, classes, next })),
}));

suite('cases', () => {
  test('cover every assignment of facts once, with the probabilities that it has', () => {
    fc.assert(
      fc.property(program, (one) => {
        const cases = casesOf(one);
        for (const values of assignments()) {
          const matching = cases.filter((candidate) => holds(candidate, values));
          assert.equal(matching.length, 1, 'one case and no other');
          assertSame(matching[0]!.results, distribution(one, values));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('have probabilities that sum to 1', () => {
    fc.assert(
      fc.property(program, (one) => {
        for (const { results } of casesOf(one))
          assert.ok(Math.abs(results.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-9);
      }),
    );
  });

  test('know nothing of a fact whose value does not matter', () => {
    fc.assert(
      fc.property(program, fc.constantFrom(...Object.keys(DOMAINS)), (one, fact) => {
        const matters = assignments().some((values) =>
          DOMAINS[fact]!.some((value) => {
            const [here, there] = [distribution(one, values), distribution(one, { ...values, [fact]: value })];
            return [...here].some(([result, share]) => Math.abs((there.get(result) ?? 0) - share) > 1e-9);
          }),
        );
        if (!matters) assert.ok(casesOf(one).every(({ facts }) => !facts.has(fact)));
      }),
    );
  });

  test('results with one signature are one result', () => {
    const draw: Program = {
      kind: 'draw',
      weights: [0.25, 0.25, 0.5],
      next: ['a1', 'a2', 'b'].map((result) => ({ kind: 'result', result })),
    };
    const { leaves } = explore((choices) => run(draw, choices), 10);
    const [only] = toCases(leaves, (result) => result[0] ?? '', 'missing');
    assert.deepEqual(only?.results, [
      { probability: 0.5, result: 'a1' },
      { probability: 0.5, result: 'b' },
    ]);
  });

  test('what an exploration left out stands for the rest', () => {
    const wide: Program = {
      kind: 'draw',
      weights: [0.5, 0.3, 0.2],
      next: ['a', 'b', 'c'].map((result) => ({ kind: 'result', result })),
    };
    const { leaves, complete } = explore((choices) => run(wide, choices), 1);
    assert.equal(complete, false);
    const [only, ...others] = toCases(leaves, (result) => result, 'missing');
    assert.equal(others.length, 0);
    assert.deepEqual(
      only?.results.map(({ result, probability }) => [result, Math.round(probability * 1e9) / 1e9]),
      [
        ['a', 0.5],
        ['missing', 0.5],
      ],
    );
  });
});

suite('choices', () => {
  test('a fact once decided stays decided, and is narrowed only as far as it matters', () => {
    const seen: string[] = [];
    const { leaves } = explore((choices) => {
      const strict = choices.decide(question('rp_filter'), [['1'], ['0', '2']]);
      const loose = choices.decide(question('rp_filter'), [['2'], ['0', '1']]);
      seen.push(`${strict}${loose}`);
      return '';
    }, 100);
    assert.deepEqual(seen, ['01', '10', '11'], 'strict is not loose, and where it is not strict it may be either');
    assert.deepEqual(
      leaves.map(({ decisions }) => decisions.length),
      [1, 2, 2],
    );
  });

  test('what is settled beforehand is not asked', () => {
    const established = new Map([['rp_filter', ['0', '2']]]);
    const { leaves } = explore(
      (choices) => choices.decide(question('rp_filter'), [['1'], ['0', '2']]),
      100,
      established,
    );
    assert.deepEqual(leaves, [{ decisions: [], result: 1 }]);
  });

  test('what cannot happen is not drawn', () => {
    const { leaves } = explore((choices) => [choices.draw([0, 1, 0]), choices.draw([0.5, 0, 0.5])], 100);
    assert.deepEqual(
      leaves.map(({ result }) => result),
      [
        [1, 0],
        [1, 2],
      ],
    );
  });

  test('no more runs than allowed', () => {
    let runs = 0;
    const { leaves, complete } = explore((choices) => {
      runs++;
      for (let at = 0; at < 20; at++) choices.draw([0.5, 0.5]);
    }, 64);
    assert.deepEqual([runs, leaves.length, complete], [64, 64, false]);
  });
});
