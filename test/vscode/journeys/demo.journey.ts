import { openDemo } from '../demo';
import { journey } from './journey';

journey('opens the demo cluster from the palette', {}, async (workbench) => {
  await workbench.section('Nodes');
  await openDemo(workbench);
  await workbench.screenshot('demo-opened');
});

journey('opens the demo cluster in Restricted Mode', { trusted: false, theme: 'light' }, async (workbench) => {
  await workbench.toShow('Restricted Mode');
  await workbench.section('Nodes');
  await openDemo(workbench);
  await workbench.screenshot('demo-opened-restricted');
});
