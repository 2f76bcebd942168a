// Installs the dependencies, if node_modules/ is not what package-lock.json asks for.
import { main } from './lib/main.mjs';
import { checkNode } from './lib/node-version.mjs';
import { installDependencies } from './lib/npm.mjs';

await main(async () => {
  checkNode();
  await installDependencies();
});
