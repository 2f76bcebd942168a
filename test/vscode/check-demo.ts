// What `npm start -- --check` runs: opens the demo in a window without a screen and traces its packet. Exit code 0: the answer was seen.
import { launchBrowser } from '../../scripts/lib/chromium.mjs';
import { openDemo, traceTheDemo } from './demo';
import { Workbench } from './workbench';

const browser = await launchBrowser();
const workbench = await Workbench.open(browser);
try {
  await openDemo(workbench);
  await traceTheDemo(workbench);
  console.log(`The demo's answer is on the screen: ${await workbench.screenshot('start-check')}`);
} catch (error) {
  console.error(
    `${error instanceof Error ? error.message : String(error)}\nSee ${await workbench.saveFailure('start')}`,
  );
  process.exitCode = 1;
} finally {
  await workbench.close();
  await browser.close();
}
