import { fstatSync } from 'node:fs';
import { RealCluster } from './real-cluster';
import type { LabOptions } from './options';

/* Builds a lab, says so, and keeps it: node lab-keeper.mjs FOLDER OPTIONS. See Lab. */

const [, , folder = '', options = '{}'] = process.argv;

await RealCluster.build({ folder, ...(JSON.parse(options) as LabOptions) });
process.stdout.write('ready\n');
if (fstatSync(0).isFIFO() || fstatSync(0).isSocket())
  process.stdin.resume().on('end', () => {
    process.exit(0);
  });
else setInterval(() => undefined, 2 ** 30);
