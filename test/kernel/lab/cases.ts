import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Verdict } from '../../../src/core/trace/result';
import { check } from './check';
import { Network } from './network';
import type { Question } from './observe';
import { type OneNode, oneNode } from '../networks/one-node';

/** A node, what is sent there, and what is known to come of it. */
export interface Case extends OneNode, Question {
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

/** A test for each case, in a network of its own. */
export function testCases(title: string, cases: readonly Case[]): void {
  describe(title, { concurrency: 1 }, () => {
    for (const one of cases) it(one.title, () => testCase(one));
  });
}

async function testCase({
  verdict,
  source,
  error,
  times = 1,
  from,
  to,
  protocol,
  seconds,
  ...plan
}: Case): Promise<void> {
  const network = await Network.build(oneNode(plan));
  try {
    for (let attempt = 0; attempt < times; attempt++) {
      const seen = await check(network, {
        from,
        to,
        ...(protocol && { protocol }),
        ...(seconds !== undefined && { seconds }),
      });
      assert.ok([verdict].flat().includes(seen.verdict), `the kernel: ${seen.verdict}`);
      if (source !== undefined) assert.equal(seen.source?.replace(/:\d+$/, ''), source);
      if (error !== undefined) assert.equal(seen.client.error, error);
    }
  } finally {
    await network.close();
  }
}
