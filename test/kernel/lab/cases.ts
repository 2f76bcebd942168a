import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Verdict } from '../../../src/core/trace/result';
import { unlessByChance } from './chance';
import { check } from './check';
import { Network, type Plan } from './network';
import type { Question } from './observe';
import { type OneNode, oneNode } from '../networks/one-node';

/** What is sent, and what is known to come of it. */
interface Known extends Question {
  readonly title: string;
  /** Several where the kernel draws. */
  readonly verdict: Verdict | readonly Verdict[];
  /** The address that the server sees. */
  readonly source?: string;
  /** What the client is told. */
  readonly error?: string;
  /** How often it is tried, where the kernel draws. */
  readonly times?: number;
}

export type Case = OneNode & Known;

/** A test for each case, on a node of its own. */
export function testCases(title: string, cases: readonly Case[]): void {
  testPlans(
    title,
    cases.map((one) => ({ ...one, plan: oneNode(one) })),
  );
}

/** A test for each case, in a network of its own. */
export function testPlans(title: string, cases: readonly (Known & { readonly plan: Plan })[]): void {
  describe(title, { concurrency: 1 }, () => {
    for (const one of cases) it(one.title, async (test) => unlessByChance(test, async () => testPlan(one.plan, one)));
  });
}

async function testPlan(plan: Plan, known: Known): Promise<void> {
  const { verdict, source, error, times = 1 } = known;
  const network = await Network.build(plan);
  try {
    for (let attempt = 0; attempt < times; attempt++) {
      const seen = await check(network, known);
      assert.ok([verdict].flat().includes(seen.verdict), `the kernel: ${seen.verdict}`);
      if (source !== undefined) assert.equal(seen.source?.replace(/:\d+$/, ''), source);
      if (error !== undefined) assert.equal(seen.client.error, error);
    }
  } finally {
    await network.close();
  }
}
