import { type Probe, probe } from './probes';

const ROOT = { scope: 'node', needsRoot: true, optional: true } as const;

const LOCAL = '127.0.0.1:2379';
// -f: an answer that is none, as for a key that is not there, is a failure.
const CURL = ['curl', '-fsS', '--max-time', '5'];

/** Where kubeadm and k3s keep what an etcd that speaks TLS asks for. */
const PKI = '/etc/kubernetes/pki/etcd';
const K3S = '/var/lib/rancher/k3s/server/tls/etcd';
const TLS = [
  { ca: `${PKI}/ca.crt`, cert: `${PKI}/server.crt`, key: `${PKI}/server.key` },
  { ca: `${K3S}/server-ca.crt`, cert: `${K3S}/client.crt`, key: `${K3S}/client.key` },
];

/** Waits where nobody listens, and so is for nodes that have no curl. */
const ETCDCTL = `
command -v curl >/dev/null && exit 127
ETCDCTL_API=3 exec etcdctl --command-timeout=5s get "$0" --prefix -w json`;

/**
 * Keys below `path`, by whichever API has them: those of v2 and v3 are apart. v2 by the port of today and that of 2014,
 * v3 by its gateway (`api-reference-v3`), for which nodes need no etcdctl, then by etcdctl where there is no curl.
 */
function etcd(id: string, reads: string, path: string): Probe {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  // The first key beyond: 0 comes after /.
  const range = JSON.stringify({ key: base64(`${path}/`), range_end: base64(`${path}0`) });
  const v2 = `v2/keys${path}?recursive=true`;
  const secure = TLS.map(({ ca, cert, key }) => [...CURL, '--cacert', ca, '--cert', cert, '--key', key]);
  const [first, ...older] = [
    ...[LOCAL, '127.0.0.1:4001'].map((at) => [...CURL, `http://${at}/${v2}`]),
    ...secure.map((curl) => [...curl, `https://${LOCAL}/${v2}`]),
    ...['v3', 'v3beta'].map((version) => [...CURL, '-d', range, `http://${LOCAL}/${version}/kv/range`]),
    ...secure.map((curl) => [...curl, '-d', range, `https://${LOCAL}/v3/kv/range`]),
    ['sh', '-c', ETCDCTL, `${path}/`],
  ];
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
