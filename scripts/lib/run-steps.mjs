import { performance } from 'node:perf_hooks';
import { howToGet, missingPackages } from './machine.mjs';

/** Why this step is not to be run, if so: { result, reason }. */
function obstacle(step, before) {
  const failed = before.find(({ name, result }) => step.needs?.includes(name) && result !== 'passed');
  if (failed)
    return {
      result: failed.result,
      reason: `needs ${failed.name}, which has ${failed.result === 'failed' ? 'failed' : 'been skipped'}`,
    };
  const reason = step.skip?.();
  if (reason) return { result: 'skipped', reason };
  const missing = missingPackages([step.name]).filter(({ optional }) => !optional);
  return missing.length > 0 ? { result: 'skipped', reason: howToGet(missing) } : undefined;
}

/** The exit code of a script that finds that it cannot run here, and has said why. */
const CANNOT = 77;

async function runStep({ run, seconds }, names) {
  const { code, timedOut } = await run({ seconds }, names);
  if (timedOut) return { result: 'failed', reason: `took more than ${seconds} s` };
  if (code === CANNOT) return { result: 'skipped', reason: 'cannot run here, for the reason above' };
  return code === 0 ? { result: 'passed', reason: '' } : { result: 'failed', reason: `exit code ${code}` };
}

/**
 * Runs steps one after the other, also after a failure. Returns a row for each: { name, result, seconds, reason };
 * `result` is passed, failed or skipped. With `noSkip` what cannot run here has failed.
 */
export async function runSteps(steps, { noSkip }) {
  const names = steps.map(({ name }) => name);
  const rows = [];
  for (const step of steps) {
    console.log(`\n──── ${step.name} ────`);
    const begin = performance.now();
    const row = obstacle(step, rows) ?? (await runStep(step, names));
    if (noSkip && row.result === 'skipped')
      Object.assign(row, { result: 'failed', reason: `may not be skipped: ${row.reason}` });
    if (row.reason) console.log(`${row.result}: ${row.reason}`);
    rows.push({ name: step.name, ...row, seconds: (performance.now() - begin) / 1000 });
  }
  return rows;
}
