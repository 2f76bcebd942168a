import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../kernel/lab/command';
import { Network } from '../kernel/lab/network';
import { documentSite, oracleSite, setMasquerade, setRpFilter } from '../kernel/networks/founding-case';
import { type NodePlan, type Site, spaceName, twoNodes } from '../kernel/networks/two-nodes';
import { type KeyPair, keyPair } from '../nodes/support/fake-node';
import { type AgentPlaces, startAgents } from './agents';
import { startContainer } from './container';
import { startEtcd } from './etcd';
import { FAULTY, faultSpace, type RealNode, startFaults } from './faults';
import { Machine } from './machine';
import { type LabOptions, type NodeName, type Settled, settle } from './options';
import { type Host, sshConfig } from './ssh-config';
import { Sshd } from './sshd';

export interface RealClusterOptions extends LabOptions {
  /** An empty folder of its own. */
  readonly folder: string;
  /** Whether packets and rules are to be watched, as `observe` needs. */
  readonly watched?: boolean;
}

/** Who logs in to the nodes; sudo asks nothing. */
const USER = 'engineer';
/** What fits on a node: its /etc, /run, /home, /var and /tmp together. */
const DISK = '32m';

/**
 * The founding case on real machines: a network of namespaces, on each node an sshd, containers, and on the master an
 * etcd. To be made inside a mount and process namespace of its own, with which all of it goes.
 */
export class RealCluster {
  private readonly nodes = new Map<string, RealNode>();
  private readonly hosts: Host[] = [];
  /** What has to be ended before the disks can go. */
  private readonly machines: Machine[] = [];
  private readonly disks: string[] = [];
  private readonly key: KeyPair = keyPair();

  private constructor(
    private readonly options: Settled,
    private readonly folder: string,
    private readonly site: Site,
    readonly network: Network,
  ) {}

  static async build({ folder, watched = false, ...given }: RealClusterOptions): Promise<RealCluster> {
    const options = settle(given);
    const makeSite = options.site === 'document' ? documentSite : oracleSite;
    const site: Site = { ...makeSite(options.tunnel === 'udp' ? 'tun' : 'vxlan'), runs: 'containers' };
    const { spaces, ...plan } = twoNodes(site);
    const network = await Network.build({
      ...plan,
      unwatched: !watched,
      spaces: { ...spaces, ...faultSpace(options) },
    });
    const cluster = new RealCluster(options, folder, site, network);
    try {
      await cluster.start();
      return cluster;
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  /** flannel's interface. */
  get tunnel(): string {
    return this.options.tunnel === 'udp' ? 'flannel0' : 'flannel.1';
  }

  /** A file for `ssh -F`: how to log in to the nodes from where the cluster was built. Nothing is known of their keys. */
  get sshConfig(): string {
    return join(this.folder, 'ssh_config');
  }

  /** `worker`, `master`, or one that fails. */
  node(name: string): RealNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`there is no node ${name}`);
    return node;
  }

  setRpFilter(node: NodeName, spec: string): Promise<void> {
    return setRpFilter(this.network, node, spec, this.tunnel);
  }

  /** Adds or removes the rule that cures the worker. */
  setMasquerade(on: boolean): Promise<void> {
    return setMasquerade(this.network, this.tunnel, on);
  }

  /** Has stand-ins for kube-proxy and flanneld do on both nodes what was set up by hand. */
  async startAgents(places: AgentPlaces): Promise<void> {
    const { site } = this;
    await Promise.all(
      (['worker', 'master'] as const).map((name) => startAgents(this.node(name).machine, site, site[name], places)),
    );
  }

  private async start(): Promise<void> {
    const { options, site, folder, key } = this;
    await Promise.all([this.startNode('worker', site.worker), this.startNode('master', site.master)]);
    await startEtcd(this.node('master').machine, site, options.etcd);
    await this.setRpFilter('worker', options.rpFilter.worker);
    await this.setRpFilter('master', options.rpFilter.master);
    if (options.masquerade) await this.setMasquerade(true);
    if (options.faults) {
      const { hosts, nodes } = await startFaults(this.network, join(folder, FAULTY), key);
      this.hosts.push(...hosts);
      for (const [name, node] of nodes) {
        this.machines.push(node.machine);
        this.nodes.set(name, node);
      }
    }
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, key.private, { mode: 0o600 });
    writeFileSync(
      this.sshConfig,
      sshConfig(this.hosts, { user: USER, keyFile, knownHosts: join(folder, 'known_hosts') }),
    );
  }

  private async startNode(name: NodeName, plan: NodePlan): Promise<void> {
    const { network, site, key, options } = this;
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    await mustRun(['mount', '-t', 'tmpfs', '-o', `size=${DISK},mode=755`, 'tmpfs', folder]);
    this.disks.push(folder);
    const space = network.namespace(name);
    const machine = await Machine.start({
      folder,
      prefix: ['ip', 'netns', 'exec', space, 'unshare', '--uts', 'sh', '-ec', `hostname ${name}; exec "$@"`, 'sh'],
    });
    this.machines.push(machine);
    machine.addUser({ name: USER, shell: '/bin/bash', keys: [key.public], sudo: 'without password' });
    for (const [file, text] of Object.entries(files(name, plan, site))) writeFileSync(join(folder, file), text);
    appendFileSync(join(folder, 'etc/sudoers'), SECURE_PATH);
    mkdirSync(join(folder, 'run/flannel'));
    writeFileSync(join(folder, 'run/flannel/subnet.env'), subnetEnv(plan, options.tunnel));
    for (const [pod, last] of Object.entries(plan.running))
      await startContainer(machine, {
        name: pod,
        network: `/run/netns/${network.namespace(spaceName(site, name, pod))}`,
        address: `${plan.pods}.${last}`,
        resolvConf: RESOLV_CONF,
      });
    this.nodes.set(name, { machine, sshd: await Sshd.start(machine, { port: 22 }) });
    // From the router, so that an SSH session takes the way that it takes to a real node.
    const port = await network.agent.relay(network.namespace('router'), plan.address, 22);
    this.hosts.push({ name, port });
  }

  async close(): Promise<void> {
    for (const machine of this.machines) await machine.close();
    for (const disk of this.disks) await mustRun(['umount', disk]);
    await this.network.close();
  }
}

/** As distributions have it. */
const SECURE_PATH = 'Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n';

const RESOLV_CONF = `nameserver 10.0.0.10
nameserver 192.168.1.1
search default.svc.cluster.local svc.cluster.local cluster.local
`;

function files(name: NodeName, own: NodePlan, { worker, master }: Site): Record<string, string> {
  const hosts = ['127.0.0.1 localhost', `${worker.address} worker`, `${master.address} master`, ''].join('\n');
  return {
    'etc/hostname': `${name}\n`,
    'etc/hosts': hosts,
    'etc/resolv.conf': RESOLV_CONF.replace('192.168.1.1', own.address.replace(/\d+$/, '1')),
  };
}

/** What flanneld writes for Docker to be started with. */
function subnetEnv({ pods }: NodePlan, tunnel: Settled['tunnel']): string {
  const mtu = tunnel === 'udp' ? 1472 : 1450;
  return `FLANNEL_NETWORK=10.1.0.0/16\nFLANNEL_SUBNET=${pods}.1/24\nFLANNEL_MTU=${mtu}\nFLANNEL_IPMASQ=false\n`;
}
