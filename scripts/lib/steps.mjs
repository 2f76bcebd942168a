// What `npm test` does, in this order.
//   needs   the steps without which this one makes no sense
//   run     gets the options of a process and the names of all steps of this run; resolves to { code, timedOut }
//   skip    why the step cannot run on this machine, if so
import { npm } from './npm.mjs';
import { run } from './process.mjs';

const script =
  (file, ...args) =>
  (options) =>
    run(process.execPath, [`scripts/${file}`, ...args], options);
const npmRun = (name) => (options) => npm(['run', '--silent', name], options);

const noKernel = (name, what) => () => {
  if (process.platform !== 'linux') return 'needs a Linux kernel';
  return process.getuid() === 0 ? undefined : `needs root, to make ${what}: sudo npm test -- ${name}`;
};

/** For the steps of this run; for all there are if it is the only one. */
const machine = (options, names) => script('machine.mjs', ...(names.length > 1 ? names : []))(options);

export const STEPS = [
  { name: 'install', run: script('install.mjs'), seconds: 660 },
  { name: 'machine', run: machine, seconds: 1260 },
  { name: 'build', run: npmRun('build'), seconds: 120, needs: ['install'] },
  { name: 'check', run: npmRun('check'), seconds: 300, needs: ['install'] },
  { name: 'unit', run: npmRun('test:unit'), seconds: 600, needs: ['install'] },
  {
    name: 'kernel',
    run: npmRun('test:kernel'),
    seconds: 1200,
    needs: ['install', 'machine'],
    skip: noKernel('kernel', 'network namespaces'),
  },
  {
    name: 'nodes',
    run: npmRun('test:nodes'),
    seconds: 700,
    needs: ['install', 'machine'],
    skip: noKernel('nodes', 'machines with accounts of their own'),
  },
  {
    name: 'live',
    run: npmRun('test:live'),
    seconds: 700,
    needs: ['install', 'machine'],
    skip: noKernel('live', 'a lab of real nodes'),
  },
  { name: 'editors', run: script('vscode-editors.mjs'), seconds: 1200, needs: ['install'] },
  {
    name: 'host-oldest',
    run: script('vscode-host.mjs', 'oldest'),
    seconds: 600,
    needs: ['machine', 'build', 'editors'],
  },
  {
    name: 'host-newest',
    run: script('vscode-host.mjs', 'newest'),
    seconds: 600,
    needs: ['machine', 'build', 'editors'],
  },
  { name: 'journeys', run: script('vscode-journeys.mjs'), seconds: 1500, needs: ['machine', 'build', 'editors'] },
  { name: 'start', run: script('start.mjs', '--check'), seconds: 300, needs: ['machine', 'build', 'editors'] },
  { name: 'package', run: npmRun('package'), seconds: 180, needs: ['install'] },
  {
    name: 'journeys-vsix',
    run: script('vscode-journeys.mjs', '--vsix', 'founding-case', 'live'),
    seconds: 1500,
    needs: ['machine', 'package', 'editors'],
  },
];

/** The steps of these names and those they need, in order; all of them if there are no names. */
export function chosenSteps(names) {
  const unknown = names.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0)
    throw new Error(`No such step: ${unknown.join(', ')}. There are ${STEPS.map(({ name }) => name).join(', ')}.`);
  const chosen = new Set(names);
  for (const step of [...STEPS].reverse())
    if (chosen.has(step.name)) for (const name of step.needs ?? []) chosen.add(name);
  return STEPS.filter(({ name }) => names.length === 0 || chosen.has(name));
}
