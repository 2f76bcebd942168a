import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '../../src/core/snapshot/format';
import type { ConnectTo } from '../../src/nodes/apply/options';
import { connectNode, type NodeConnectOptions } from '../../src/nodes/connect-node';
import { NodeReader } from '../../src/nodes/node-reader';
import { snapshotOf } from '../../src/nodes/snapshot-of';
import { configFiles } from '../../src/nodes/ssh/config-files';
import { opensshConfig } from '../../src/nodes/ssh/config-openssh';
import { localUser } from '../../src/nodes/ssh/local-user';
import type { LabOptions } from '../lab/options';
import { RealCluster } from '../lab/real-cluster';
import { acceptKeys } from '../nodes/support/questions';

/** A real cluster in namespaces of this process, and the ways of Hoplens to its nodes. */
export class LiveCluster {
  private readonly readers = new Map<string, NodeReader>();

  private constructor(
    /** Of this machine; it goes with the cluster. */
    readonly folder: string,
    readonly real: RealCluster,
  ) {}

  static async start(options: LabOptions): Promise<LiveCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'hoplens-live-'));
    try {
      return new LiveCluster(folder, await RealCluster.build({ ...options, folder, watched: true }));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The way to a node, which stays until the cluster is closed. */
  reader(name: string): NodeReader {
    const found = this.readers.get(name);
    if (found) return found;
    const reader = new NodeReader({ name }, this.ways);
    this.readers.set(name, reader);
    return reader;
  }

  private get ways(): NodeConnectOptions {
    const { sshConfig } = this.real;
    const me = localUser();
    return { config: opensshConfig(sshConfig, configFiles(sshConfig, me)), me, questions: acceptKeys() };
  }

  /** A new connection each time. */
  readonly connectTo: ConnectTo = (name, signal) => connectNode({ name }, this.ways, signal);

  /** Reads both nodes over SSH. Throws where anything is missing. */
  async read(): Promise<Snapshot> {
    const readings = await Promise.all(
      ['worker', 'master'].map(async (name) => {
        const reading = await this.reader(name).read(new AbortController().signal);
        if (reading.gaps.length > 0) throw new Error(`${name} was not read in whole: ${reading.gaps.join(' ')}`);
        return reading;
      }),
    );
    return snapshotOf('lab', readings, new Date());
  }

  async close(): Promise<void> {
    for (const reader of this.readers.values()) await reader.close();
    await this.real.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
