import { Application } from '../../../src/nodes/apply/application';
import { connect } from '../../../src/nodes/ssh/connect';
import type { HostSettings } from '../../../src/nodes/ssh/settings';
import { ALL } from '../../nodes/apply/operations';

/* Applies a change from a process of its own, to be killed: node guarded-client.mjs SETTINGS SECONDS. */

const [, , given = '', seconds = ''] = process.argv;
const settings = JSON.parse(given) as HostSettings;
const application = new Application(
  [{ node: settings.name, operations: ALL }],
  (_, signal) => connect(settings, { questions: {}, signal }),
  { name: 'killed', who: 'somebody@here', confirmWithin: Number(seconds), onFailure: 'stop', batch: 1 },
);
process.stdout.write('ready\n');
await application.apply(new AbortController().signal);
setInterval(() => undefined, 2 ** 30);
