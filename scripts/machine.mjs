// Installs the system's packages that the tests need, if that is possible here; else says what to type:
//   node scripts/machine.mjs [STEP …]
import { canInstall, installPackages } from './lib/apt.mjs';
import { howToGet, missingPackages } from './lib/machine.mjs';
import { main } from './lib/main.mjs';
import { STEPS } from './lib/steps.mjs';

await main(async () => {
  const names = process.argv.slice(2);
  const steps = names.length > 0 ? names : STEPS.map(({ name }) => name);
  const missing = missingPackages(steps);
  if (missing.length === 0) console.log('Nothing is missing.');
  else if (canInstall()) await installPackages(missing.map(({ name }) => name));
  else console.log(`Missing, and not to be installed from here: ${howToGet(missing)}`);
});
