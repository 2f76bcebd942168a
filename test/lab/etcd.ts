import { spawn } from 'node:child_process';
import { command, mustRun } from '../kernel/lab/command';
import { type Site, vtepMac } from '../kernel/networks/two-nodes';
import type { Machine } from './machine';
import { jsonObjects, protobufObjects } from './registry';

/** The data are of the size of etcd's first segments, 64 MB each, whatever they hold. */
const START = `
mkdir -p /var/lib/etcd
mount -t tmpfs -o size=300m tmpfs /var/lib/etcd
exec "$@" >/var/log/etcd.log 2>&1`;

const PATIENCE_MS = 15_000;

/** A real etcd on a machine, with what flannel and Kubernetes keep there. It ends with the machine. */
export async function startEtcd(machine: Machine, site: Site, api: 'v2' | 'v3'): Promise<void> {
  const clients = ['http://127.0.0.1:2379', `http://${site.master.address}:2379`].join(',');
  const etcd = [
    ...['etcd', '--name', 'master', '--data-dir', '/var/lib/etcd', '--enable-v2=true'],
    ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', 'http://127.0.0.1:2380', '--logger', 'zap', '--log-level', 'warn'],
  ];
  spawn('env', [...machine.enter, 'sh', '-ec', START, 'sh', ...etcd], { stdio: ['ignore', 'ignore', 'inherit'] });
  await answering(machine);
  const values = {
    ...flannelValues(site),
    ...(api === 'v2' ? jsonObjects(site.services) : protobufObjects(site.services)),
  };
  const put = api === 'v2' ? 'ETCDCTL_API=2 etcdctl set' : 'ETCDCTL_API=3 etcdctl put';
  const lines = Object.entries(values).map(
    ([key, value]) => `printf %s ${Buffer.from(value).toString('base64')} | base64 -d | ${put} ${key} >/dev/null`,
  );
  await mustRun([...machine.enter, 'sh', '-eu'], [...lines, ''].join('\n'));
}

async function answering(machine: Machine): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { code, stderr } = await command([...machine.enter, 'etcdctl', 'endpoint', 'health', '--dial-timeout=1s']);
    if (code === 0) return;
    if (Date.now() > end) throw new Error(`etcd does not answer: ${stderr}`);
  }
}

/** `/coreos.com/network/*`: flannel's configuration, and the lease of each node. */
function flannelValues({ overlay, worker, master }: Site): Record<string, string> {
  const backend = overlay === 'tun' ? 'udp' : overlay;
  const config = { Network: '10.1.0.0/16', Backend: { Type: backend } };
  const leases = [worker, master].map((node) => {
    const data = overlay === 'vxlan' ? { BackendType: backend, BackendData: { VNI: 1, VtepMAC: vtepMac(node) } } : {};
    return [
      `/coreos.com/network/subnets/${node.pods}.0-24`,
      JSON.stringify({ PublicIP: node.address, ...data }),
    ] as const;
  });
  return { '/coreos.com/network/config': JSON.stringify(config), ...Object.fromEntries(leases) };
}
