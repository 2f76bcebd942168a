import assert from 'node:assert/strict';
import { openDemo } from '../demo';
import { assertAccessible } from '../parts/accessibility';
import { journey } from './journey';

journey('a name is resolved as its origin would, and leads to the trace of its name server', {}, async (workbench) => {
  await openDemo(workbench);
  await workbench.runCommand('Hoplens: Trace Packet…');
  const typed = await workbench.quickInput.toAsk('From where?');
  await typed.filter('worker -> g4:80/tcp');
  await typed.choose('worker → g4:80/tcp');
  await workbench.toShow(/gets no reply: the reply comes in on eth0 of worker/);
  const panel = await workbench.webview('worker → g4');
  const name = panel.locator('.resolution');
  await name.getByText('g4.default.svc.cluster.local').waitFor();
  assert.match(await name.innerText(), /glibc: it asks 10\.0\.0\.10 first/);
  await name.scrollIntoViewIfNeeded();
  await workbench.screenshot('name');
  await assertAccessible(panel);
  await name.getByRole('button', { name: 'Show Its Trace' }).first().click();
  const server = await workbench.webview('worker → kube-system/kube-dns');
  await server.getByRole('heading', { level: 1, name: /port 53\/udp/ }).waitFor();
});
