// Packs the demo clusters, kept as plain text so that they can be read and reviewed, into snapshot files.
//   media/demo/CLUSTER/cluster.json                 { name, collectedAt, nodes: [{ name, namespaces: [{ name, kind, outputs: { id: command } }] }] }
//   media/demo/CLUSTER/NODE/NAMESPACE/ID.txt        what the command printed (a "/" in a namespace's name is "_" here)
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

async function packCluster(folder) {
  const cluster = JSON.parse(await readFile(join(folder, 'cluster.json'), 'utf8'));
  for (const node of cluster.nodes)
    for (const namespace of node.namespaces)
      for (const [id, command] of Object.entries(namespace.outputs)) {
        const { line, exitCode = 0 } = typeof command === 'string' ? { line: command } : command;
        const file = join(folder, node.name, namespace.name.replace('/', '_'), `${id}.txt`);
        namespace.outputs[id] = { command: line, exitCode, stdout: await readFile(file, 'utf8'), stderr: '' };
      }
  return { hoplensSnapshot: 1, ...cluster };
}

export async function packDemo(from, to) {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true }))
    if (entry.isDirectory())
      await writeFile(
        join(to, `${entry.name}.hoplens.json`),
        JSON.stringify(await packCluster(join(from, entry.name)), null, 1) + '\n',
      );
}
