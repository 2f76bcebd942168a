import { until } from './parts/wait';
import type { Workbench } from './workbench';

/** Reads the nodes of the settings for the first time, whose keys are accepted, and waits until all have been read. */
export async function readNodes(workbench: Workbench, names: readonly string[]): Promise<void> {
  const nodes = await workbench.section('Nodes');
  await nodes.tree.item('Live nodes', names[0] ?? '');
  await workbench.runCommand('Hoplens: Refresh');
  for (let keys = 0; keys < names.length; keys++)
    await (await workbench.dialog('The host key of')).press('Accept and Remember');
  for (const name of names)
    await until(
      `${name} to be read`,
      async () => (await nodes.tree.item('Live nodes', name)).description.includes('this minute'),
      60_000,
    );
}
