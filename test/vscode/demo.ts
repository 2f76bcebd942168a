import type { Workbench } from './workbench';

/** Opens the demo cluster from the palette and waits until its nodes are there. */
export async function openDemo(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Hoplens: Open Demo Cluster');
  const nodes = await workbench.section('Nodes');
  await nodes.tree.expand('Demo: g4 and g5');
  await nodes.tree.item('Demo: g4 and g5', 'worker');
}

/** Traces from a node to a service by the palette, and waits for a sentence of the answer. */
export async function traceFromPalette(workbench: Workbench, from: string, to: string, answer: RegExp): Promise<void> {
  await workbench.runCommand('Hoplens: Trace Packet…');
  const origin = await workbench.quickInput.toAsk('From where?');
  await origin.choose(from);
  const target = await workbench.quickInput.toAsk('To which service, pod, address or name?');
  await target.choose(to);
  await workbench.toShow(answer);
}

/** The founding question, and its true cause on the screen. */
export function traceTheDemo(workbench: Workbench): Promise<void> {
  return traceFromPalette(
    workbench,
    'worker',
    'default/g4',
    /gets no reply: the reply comes in on eth0 of worker, where strict rp_filter drops it/,
  );
}
