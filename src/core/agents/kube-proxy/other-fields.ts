import { type Field, field } from '../field';

const NONE = "Changes no packet's way.";

/** Sysctls of connection tracking that kube-proxy sets when it starts. */
export const CONNTRACK_FIELDS: readonly Field[] = [
  field(
    'conntrack.maxPerCore',
    'integer',
    '32768',
    'nf_conntrack_max is this times the number of cores, at least conntrack.min. When the table is full, packets of new connections are dropped. 0 leaves it as it is.',
    { range: [0, 2_147_483_647], flag: 'conntrack-max-per-core' },
  ),
  field('conntrack.min', 'integer', '131072', 'The least that nf_conntrack_max is set to, unless maxPerCore is 0.', {
    range: [0, 2_147_483_647],
    flag: 'conntrack-min',
  }),
  field(
    'conntrack.tcpEstablishedTimeout',
    'duration',
    '24h0m0s',
    'nf_conntrack_tcp_timeout_established: a connection that is silent for longer loses its DNAT, and its next packet is INVALID. 0 leaves it.',
    { flag: 'conntrack-tcp-timeout-established' },
  ),
  field(
    'conntrack.tcpCloseWaitTimeout',
    'duration',
    '1h0m0s',
    'nf_conntrack_tcp_timeout_close_wait: for how long a connection that one side has closed keeps its entry. 0 leaves it.',
    { flag: 'conntrack-tcp-timeout-close-wait' },
  ),
  field(
    'conntrack.tcpBeLiberal',
    'boolean',
    'false',
    'Sets nf_conntrack_tcp_be_liberal to 1: packets out of the window are not INVALID. Of 1.29 and newer, KUBE-FORWARD then drops nothing as INVALID.',
    { flag: 'conntrack-tcp-be-liberal' },
  ),
  field('conntrack.udpTimeout', 'duration', '0s', 'nf_conntrack_udp_timeout: of flows without a reply. 0 leaves it.', {
    flag: 'conntrack-udp-timeout',
  }),
  field(
    'conntrack.udpStreamTimeout',
    'duration',
    '0s',
    'nf_conntrack_udp_timeout_stream: of flows with replies. 0 leaves it.',
    {
      flag: 'conntrack-udp-timeout-stream',
    },
  ),
];

/** Of the program itself: names, addresses that it listens on, its way to the API server. */
export const PROCESS_FIELDS: readonly Field[] = [
  field('apiVersion', 'text', '', 'The version of this format.', { values: ['kubeproxy.config.k8s.io/v1alpha1'] }),
  field('kind', 'text', '', 'What this file is.', { values: ['KubeProxyConfiguration'] }),
  field(
    'bindAddress',
    'address',
    '0.0.0.0',
    'The address of the node that kube-proxy takes for its own; an IPv6 one makes it serve IPv6 first. Nothing is bound to it.',
    { flag: 'bind-address' },
  ),
  field(
    'hostnameOverride',
    'text',
    '',
    'The name by which the node is known to the API server, and so which endpoints are its own: a wrong one breaks the policy Local. The flag wins over the file.',
    { flag: 'hostname-override' },
  ),
  field('healthzBindAddress', 'socket', '0.0.0.0:10256', 'Where load balancers ask whether this node serves.', {
    flag: 'healthz-bind-address',
  }),
  field('metricsBindAddress', 'socket', '127.0.0.1:10249', 'Where /metrics, /proxyMode and /configz answer.', {
    flag: 'metrics-bind-address',
  }),
  field('bindAddressHardFail', 'boolean', 'false', `Whether kube-proxy ends where it cannot bind to a port. ${NONE}`, {
    flag: 'bind-address-hard-fail',
  }),
  field('configSyncPeriod', 'duration', '15m0s', `How often everything is asked of the API server anew. ${NONE}`, {
    flag: 'config-sync-period',
  }),
  field(
    'clientConnection.kubeconfig',
    'text',
    '',
    'The file that tells where the API server is, and by what kube-proxy may ask it.',
    {
      flag: 'kubeconfig',
    },
  ),
  field('clientConnection.contentType', 'text', '', `The encoding of what is asked of the API server. ${NONE}`, {
    flag: 'kube-api-content-type',
  }),
  field('clientConnection.acceptContentTypes', 'text', '', `The encodings of its answers. ${NONE}`),
  field('clientConnection.qps', 'number', '5', `How many questions a second. ${NONE}`, { flag: 'kube-api-qps' }),
  field('clientConnection.burst', 'integer', '10', `How many questions at once. ${NONE}`, {
    range: [0, 2_147_483_647],
    flag: 'kube-api-burst',
  }),
  field('enableProfiling', 'boolean', 'false', `Serves /debug/pprof. ${NONE}`, { flag: 'profiling' }),
  field('showHiddenMetricsForVersion', 'text', '', `Shows metrics that a release has hidden. ${NONE}`, {
    flag: 'show-hidden-metrics-for-version',
  }),
  field('oomScoreAdj', 'integer', '-999', `How unlikely the kernel ends kube-proxy where memory is short. ${NONE}`, {
    range: [-1000, 1000],
    flag: 'oom-score-adj',
  }),
  field('featureGates', 'map', '', 'Features by name that are switched on or off.', { flag: 'feature-gates' }),
  field('logging', 'map', '', `Format and verbosity of the log. ${NONE}`),
  field('portRange', 'text', '', 'Of the userspace mode.', {
    flag: 'proxy-port-range',
    deprecated: 'Not used since 1.26, which has no userspace mode.',
  }),
  field('udpIdleTimeout', 'duration', '250ms', 'Of the userspace mode.', {
    flag: 'udp-timeout',
    deprecated: 'Gone with 1.26, which has no userspace mode.',
  }),
  field('resourceContainer', 'text', '', `The cgroup of kube-proxy. ${NONE}`, {
    flag: 'resource-container',
    deprecated: 'Gone with 1.16.',
  }),
];

/** Of nodes that run Windows. */
export const WINDOWS_FIELDS: readonly Field[] = [
  field('winkernel.networkName', 'text', '', 'On Windows: the HNS network.', { flag: 'network-name' }),
  field('winkernel.sourceVip', 'address', '', 'On Windows: the source address after NAT.', { flag: 'source-vip' }),
  field('winkernel.enableDSR', 'boolean', 'false', 'On Windows: replies do not come back through the node.', {
    flag: 'enable-dsr',
  }),
  field('winkernel.rootHnsEndpointName', 'text', '', 'On Windows: the endpoint of the root namespace.', {
    flag: 'root-hnsendpoint-name',
  }),
  field(
    'winkernel.forwardHealthCheckVip',
    'boolean',
    'false',
    'On Windows: forwards health checks of the service address.',
    {
      flag: 'forward-healthcheck-vip',
    },
  ),
  field('windowsRunAsService', 'boolean', 'false', 'On Windows: registers kube-proxy as a service.', {
    flag: 'windows-service',
  }),
];

/** Flags that no field of the file has. */
export const KUBE_PROXY_ONLY_FLAGS: readonly Field[] = [
  field('config', 'text', '', 'The configuration file. Where it is given, nearly all other flags are ignored.', {
    flag: 'config',
  }),
  field('master', 'text', '', 'Where the API server is, before what kubeconfig says.', { flag: 'master' }),
  field(
    'cleanup',
    'boolean',
    'false',
    'Removes the rules of every mode and ends: services are not reached until it runs again.',
    {
      flag: 'cleanup',
    },
  ),
  field('init-only', 'boolean', 'false', 'Sets what only root may, and ends.', { flag: 'init-only' }),
  field('write-config-to', 'text', '', 'Writes the default configuration to this file and ends.', {
    flag: 'write-config-to',
  }),
  field('healthz-port', 'integer', '10256', 'The port of healthzBindAddress.', {
    range: [0, 65_535],
    flag: 'healthz-port',
    deprecated: 'Use healthz-bind-address.',
  }),
  field('metrics-port', 'integer', '10249', 'The port of metricsBindAddress.', {
    range: [0, 65_535],
    flag: 'metrics-port',
    deprecated: 'Use metrics-bind-address.',
  }),
  field('v', 'integer', '0', `Verbosity of the log. ${NONE}`, { flag: 'v' }),
  field('vmodule', 'text', '', `Verbosity of the log by module. ${NONE}`, { flag: 'vmodule' }),
  field('logtostderr', 'boolean', 'true', `Where the log goes. ${NONE}`, { flag: 'logtostderr' }),
  field('alsologtostderr', 'boolean', 'false', `Where the log goes. ${NONE}`, { flag: 'alsologtostderr' }),
  field('log-dir', 'text', '', `Where the log goes. ${NONE}`, { flag: 'log-dir' }),
  field('log-file', 'text', '', `Where the log goes. ${NONE}`, { flag: 'log-file' }),
  field('logging-format', 'text', 'text', `How the log is written. ${NONE}`, { flag: 'logging-format' }),
];
