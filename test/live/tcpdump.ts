import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { readCapture } from '../../src/core/capture/read';
import type { Cluster } from '../../src/core/snapshot/cluster';
import { captureOf } from '../../src/core/trace/captures/capture-of';
import type { Capture } from '../../src/core/trace/captures/laid-over';
import type { Network } from '../kernel/lab/network';
import { eventually } from '../nodes/support/wait';

const PATIENCE_MS = 20_000;
/** Sent to itself when all is done, over lo. */
const LAST = 'hoplens: the last packet';
const SEND_LAST = `python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"${LAST}", ("127.0.0.1", 9))'`;

/** tcpdump on every interface of a node, from when it listens. */
export class Tcpdump {
  private constructor(
    private readonly process: ChildProcessByStdio<null, null, Readable>,
    private readonly folder: string,
    private readonly network: Network,
    private readonly node: string,
  ) {}

  private get file(): string {
    return join(this.folder, 'any.pcap');
  }

  static async start(network: Network, node: string): Promise<Tcpdump> {
    const folder = mkdtempSync(join(tmpdir(), 'hoplens-tcpdump-'));
    // In full length its ring has room for eight packets, and what comes meanwhile is lost.
    // Into a file of its own: it gives up its privileges only where it is told whose to take.
    const args = [
      'tcpdump',
      '-i',
      'any',
      '-n',
      '-U',
      '--immediate-mode',
      '-s',
      '512',
      '-Z',
      'root',
      '-w',
      join(folder, 'any.pcap'),
    ];
    const process = spawn('ip', ['netns', 'exec', network.namespace(node), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const dump = new Tcpdump(process, folder, network, node);
    try {
      await dump.listens();
      return dump;
    } catch (error) {
      await dump.close();
      throw error;
    }
  }

  private listens(): Promise<void> {
    let said = '';
    return new Promise((resolve, reject) => {
      this.process.on('error', reject);
      this.process.on('exit', () => {
        reject(new Error(`tcpdump has ended: ${said}`));
      });
      this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/listening on/.test(said)) resolve();
      });
    });
  }

  /** Ends it, and reads what it has captured. */
  async stop(cluster: Cluster): Promise<Capture> {
    // What it has not read when it is told to end it never reads: so it is told once it has read what came last.
    await this.network.run(this.node, SEND_LAST);
    await eventually(() => {
      if (!readFileSync(this.file).includes(LAST)) throw new Error(`tcpdump on ${this.node} has not read all.`);
    }, PATIENCE_MS);
    this.process.kill('SIGINT');
    if (this.process.exitCode === null) await once(this.process, 'exit');
    const read = readCapture(readFileSync(this.file));
    await this.close();
    const host = cluster.node(this.node)?.host;
    if (!host) throw new Error(`${this.node} was not read.`);
    return captureOf(host, undefined, `tcpdump on ${this.node}`, read);
  }

  /** Leaves nothing of it. */
  async close(): Promise<void> {
    if (this.process.exitCode === null && this.process.kill('SIGKILL')) await once(this.process, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
