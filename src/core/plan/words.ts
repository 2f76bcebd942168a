/** What each field of a plan is for, a sentence or two, by the place where it stands. */
export const PLAN_WORDS: Readonly<Record<string, string>> = {
  hoplensPlan: 'The version of the format: 1.',
  name: 'What the plan is for. It stands in the journals.',
  confirmWithin: 'Seconds within which the change is kept by the user, or every node takes it back by itself.',
  onFailure:
    'When one of several nodes fails: `revert-all` takes all of them back, `stop` leaves the others as they are.',
  batch: 'How many nodes are changed at a time, in the order of the changes.',
  changes: 'The changes, one after the other. Later ones find what earlier ones have left.',
};

export const CHANGE_WORDS: Readonly<Record<string, string>> = {
  node: 'The node that is changed.',
  insist:
    "Also where an agent owns the chain and would write it anew, or where the agent's configuration would conflict.",
  rule: 'One rule, as typed for iptables: `[ip6tables] [-t TABLE] -A|-I|-D|-R CHAIN [POSITION] RULE`. It is running state: gone after a reboot.',
  table: 'A whole table, replaced at once by iptables-restore: raw, mangle, nat, filter or security.',
  family: 'Of a table: `ipv4` or `ipv6`.',
  restore: 'The table as iptables-restore reads it, from `*TABLE` to `COMMIT`.',
  route: 'A route, as typed for ip: `add|del|replace PREFIX via ADDRESS dev NAME`. Running state only.',
  'policy-rule': 'A policy rule, as typed for ip: `add|del from PREFIX priority N lookup TABLE`. Running state only.',
  sysctl: 'A key below net, as sysctl prints it. The running value is set; with `file`, it is kept over a reboot.',
  value: 'The value of the sysctl.',
  file: 'Of a sysctl: the file that keeps it over a reboot, /etc/sysctl.d/NAME.conf.',
  'kube-proxy':
    'Where kube-proxy is configured: `config` (a KubeProxyConfiguration), `flags` (a unit, environment file or manifest) or `configMap`.',
  flannel:
    'Where flannel is configured: `etcd`, `netConf`, `configMap`, `flags`, `subnetEnv`, or `docker` for what follows from it.',
  set: "The values, by the names that the agent's configuration has, with dots between levels: `iptables.masqueradeAll: true`.",
  agent:
    "An agent that is restarted and nothing else, with `restart`: what it reads was changed elsewhere, as flannel's network config in etcd is.",
  restart: 'The command that makes the agent read its configuration, as a list of words.',
};

/** Values that a field may have, where there are few. */
export const FIELD_VALUES: Readonly<Record<string, readonly string[]>> = {
  onFailure: ['revert-all', 'stop'],
  table: ['raw', 'mangle', 'nat', 'filter', 'security'],
  family: ['ipv4', 'ipv6'],
  insist: ['true', 'false'],
  agent: ['kube-proxy', 'flanneld', 'dockerd'],
};
