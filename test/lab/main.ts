import { Lab } from './lab';
import { FAULTS } from './faults';
import { HELP, parseSwitches } from './options';

/* The command line of `npm run lab`. */

async function main([word = 'up', ...rest]: readonly string[]): Promise<void> {
  switch (word) {
    case 'down':
      return down(rest);
    case 'list':
      for (const lab of Lab.all()) console.log(`${lab.name}  ${lab.isUp ? lab.sshConfig : 'not up: its files remain'}`);
      return;
    case 'help':
    case '--help':
      console.log(HELP);
      return;
    default:
      return up(word === 'up' ? rest : [word, ...rest]);
  }
}

async function up(switches: readonly string[]): Promise<void> {
  const options = parseSwitches(switches);
  const lab = await Lab.up(options, { lasting: true });
  const faults = Object.entries(FAULTS).map(([name, what]) => `  ${name.padEnd(12)}${what}`);
  console.log(`Lab ${lab.name} is up.

  ssh -F ${lab.sshConfig} worker
  ssh -F ${lab.sshConfig} master

In settings.json:

  "hoplens.sshConfigFile": "${lab.sshConfig}",
  "hoplens.nodes": [{ "name": "worker" }, { "name": "master" }]
${options.faults === true ? ['', 'Nodes that fail:', ...faults, ''].join('\n') : ''}
On the worker try: curl --max-time 3 10.1.63.3, and curl --max-time 3 10.0.0.103

Take it down with: npm run lab -- down ${lab.name}`);
}

async function down(names: readonly string[]): Promise<void> {
  const labs = Lab.all();
  for (const name of names)
    if (!labs.some((lab) => lab.name === name)) throw new Error(`There is no lab ${name}; see npm run lab -- list.`);
  for (const lab of labs)
    if (names.length === 0 || names.includes(lab.name)) {
      await lab.close();
      console.log(`Lab ${lab.name} is down.`);
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
