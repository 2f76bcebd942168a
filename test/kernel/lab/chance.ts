import { AssertionError } from 'node:assert';
import type { TestContext } from 'node:test';

/**
 * Tells a disagreement from an accident of the machine: what fails is tried twice more from the beginning, and fails
 * unless it passes both times. An accident is printed with the test.
 */
export async function unlessByChance(test: TestContext, attempt: () => Promise<unknown>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof Error) || !isDisagreement(error)) throw error;
    for (let again = 0; again < 2; again++)
      await attempt().catch(() => {
        throw error;
      });
    test.diagnostic(`agreed twice after this, which is put down to the machine: ${error.message}`);
  }
}

function isDisagreement(error: Error): boolean {
  return error instanceof AssertionError || error.cause instanceof AssertionError;
}
