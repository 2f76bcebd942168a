// Runs every test there is, from a fresh clone on, and ends with a table:
//   npm test               all steps of scripts/lib/steps.mjs
//   npm test -- STEP …     these and what they need
// With HOPLENS_NO_SKIP=1 or CI set, a step that cannot run here has failed.
import { main } from './lib/main.mjs';
import { runSteps } from './lib/run-steps.mjs';
import { chosenSteps } from './lib/steps.mjs';
import { temporaryFolder } from './lib/temp.mjs';

const line = (name, result, seconds, reason) =>
  `${name.padEnd(14)} ${result.padEnd(8)} ${seconds.padStart(7)}  ${reason}`.trimEnd();

await main(async () => {
  const steps = chosenSteps(process.argv.slice(2));
  // What one step has found out and others need not try again.
  process.env.HOPLENS_RUN_FOLDER = temporaryFolder('run').path;
  const isSet = (name) => !['', '0', 'false', undefined].includes(process.env[name]);
  const rows = await runSteps(steps, { noSkip: isSet('HOPLENS_NO_SKIP') || isSet('CI') });
  console.log(`\n${line('step', 'result', 'seconds', '')}`);
  for (const { name, result, seconds, reason } of rows) console.log(line(name, result, seconds.toFixed(1), reason));
  return rows.some(({ result }) => result === 'failed') ? 1 : 0;
});
