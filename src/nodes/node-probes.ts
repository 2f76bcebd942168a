import { type Probe, probe } from './probes';

const ROOT = { scope: 'node', needsRoot: true, optional: true } as const;

/** The v2 keys API, by the port of today and the one of 2014. -f: a key that is not there is a failure. */
function v2(key: string): string[][] {
  return [2379, 4001].map((port) => [
    ...['curl', '-fsS', '--max-time', '5', `http://127.0.0.1:${port}/v2/keys${key}?recursive=true`],
  ]);
}

const V3 = ['env', 'ETCDCTL_API=3', 'etcdctl', '--dial-timeout=2s', '--command-timeout=5s'];

/** Where kubeadm and k3s keep what an etcd with certificates asks for. */
const PKI = '/etc/kubernetes/pki/etcd';
const K3S = '/var/lib/rancher/k3s/server/tls/etcd';
const HTTPS = '--endpoints=https://127.0.0.1:2379';
const ACCESSES = [
  [],
  [HTTPS, `--cacert=${PKI}/ca.crt`, `--cert=${PKI}/server.crt`, `--key=${PKI}/server.key`],
  [HTTPS, `--cacert=${K3S}/server-ca.crt`, `--cert=${K3S}/client.crt`, `--key=${K3S}/client.key`],
];

/** The keys of v2 and v3 are apart: where the first has none, the second is asked. */
function etcd(id: string, reads: string, key: string): Probe {
  const v3 = ACCESSES.map((access) => [...V3, ...access, 'get', `${key}/`, '--prefix', '-w', 'json']);
  const [first = [], ...older] = [...v2(key), ...v3];
  return probe(id, reads, first, { ...ROOT, older });
}

/** Of pods only who and where they are: what else is said of them may hold secrets. */
const PODS = [
  '{"kind":"PodList","items":[{{range $at, $pod := .items}}{{if $at}},{{end}}',
  '{"metadata":{"namespace":"{{.metadata.namespace}}","name":"{{.metadata.name}}"},',
  '"spec":{ {{with .spec.nodeName}}"nodeName":"{{.}}",{{end}}"hostNetwork":{{if .spec.hostNetwork}}true{{else}}false{{end}} },',
  '"status":{ {{with .status.podIP}}"podIP":"{{.}}"{{end}} } }{{end}}]}',
].join('');

function kubectl(resource: string, output: string): Probe {
  const words = ['get', resource, '--all-namespaces', '--request-timeout=5s', '-o', output];
  const older = [
    ['kubectl', '--kubeconfig=/etc/kubernetes/admin.conf', ...words],
    ['k3s', 'kubectl', ...words],
  ];
  return probe(`kubectl-${resource}`, `${resource} of the Kubernetes API`, ['kubectl', ...words], { ...ROOT, older });
}

/** A list that may be empty, of things that may go while it is made. */
function listing(id: string, reads: string, script: string): Probe {
  return probe(id, reads, ['sh', '-c', `${script} 2>/dev/null; :`], ROOT);
}

/** What a node knows of the cluster, and of the namespaces on it: read once, in its host namespace. */
export const NODE_PROBES: readonly Probe[] = [
  etcd('etcd-flannel', "flannel's configuration and leases", '/coreos.com/network'),
  etcd('etcd-registry', 'services and endpoints as the API server keeps them', '/registry/services'),
  kubectl('services', 'json'),
  kubectl('endpoints', 'json'),
  kubectl('nodes', 'json'),
  kubectl('pods', `go-template=${PODS}`),
  listing('netns-processes', 'network namespaces of processes', 'ls -l /proc/self/ns/net /proc/[0-9]*/ns/net'),
  listing('netns-names', 'network namespaces with a name', 'ls -iL /run/netns/* /run/docker/netns/*'),
  listing('netns-containers', 'containers of processes', 'grep -m1 -HE "[0-9a-f]{64}" /proc/[0-9]*/cgroup'),
  probe('crictl-containers', 'names of containers', ['crictl', '--timeout=5s', 'ps', '-o', 'json'], ROOT),
  probe('crictl-pods', 'names of pods', ['crictl', '--timeout=5s', 'pods', '-o', 'json'], ROOT),
  probe(
    'docker-containers',
    'names of containers',
    ['docker', 'ps', '--no-trunc', '--format', '{{.ID}} {{.Names}}'],
    ROOT,
  ),
];
