import type { Workbench } from './workbench';

/** Opens the demo cluster from the palette and waits for its effect: the proof that the extension works at all. */
export async function openDemo(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Hoplens: Open Demo Cluster');
  await workbench.toShow('Demo cluster opened.');
}
