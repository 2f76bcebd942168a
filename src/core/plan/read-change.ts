import { isTableName, TABLES } from '../netfilter/hook';
import { readAgentChange, readRestart } from './read-agent-change';
import { checkRestore } from './check-restore';
import { checkRuleBody } from './check-rule';
import type { Fields } from './fields';
import type {
  FlannelPlanned,
  KubeProxyPlanned,
  PlannedChange,
  RestartPlanned,
  RoutingPlanned,
  RulePlanned,
  SysctlPlanned,
  TablePlanned,
} from './plan';
import { AGENTS } from '../agents/form';
import { readPolicyRuleChange } from './policy-rule-change';
import { readRouteChange } from './route-change';
import { readRuleChange } from './rule-change';

/** The field that says what kind of change an entry is. */
export const CHANGE_KINDS = [
  'rule',
  'table',
  'route',
  'policy-rule',
  'sysctl',
  'kube-proxy',
  'flannel',
  'agent',
] as const satisfies readonly PlannedChange['kind'][];

/** Where sysctl(8) looks at boot (sysctl.d(5)). */
const SYSCTL_FILE = /^\/(etc|run|usr\/local\/lib|usr\/lib)\/sysctl\.d\/[\w.-]+\.conf$|^\/etc\/sysctl\.conf$/;

/** One entry of a plan's changes; undefined, and its problems told, where it is none. */
export function readPlannedChange(fields: Fields, nodes: readonly string[] | undefined): PlannedChange | undefined {
  const node = fields.required('node');
  if (node?.startsWith('-') === true) fields.problem('node', `"${node}" is not the name of a node`);
  else if (node !== undefined && nodes && !nodes.includes(node))
    fields.problem('node', `there is no node "${node}"; there are: ${nodes.join(', ') || 'none'}`);
  const insist = fields.truth('insist');
  const kinds = CHANGE_KINDS.filter((kind) => fields.has(kind));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    fields.problem(
      kinds[1] ?? '',
      kind === undefined
        ? `what is changed? One of: ${CHANGE_KINDS.join(', ')}`
        : `a change is of one kind: ${kinds.join(' or ')}`,
    );
    return undefined;
  }
  const read = readKind(fields, kind);
  fields.finish(`a change of kind ${kind}`);
  return read && node !== undefined ? { node, insist, ...read } : undefined;
}

type Kind = (typeof CHANGE_KINDS)[number];

function readKind(fields: Fields, kind: Kind): Changed | undefined {
  switch (kind) {
    case 'rule':
      return readRule(fields);
    case 'table':
      return readTable(fields);
    case 'route':
    case 'policy-rule':
      return readRouting(fields, kind);
    case 'sysctl':
      return readSysctl(fields);
    case 'kube-proxy':
    case 'flannel':
      return readAgentChange(fields, kind);
    case 'agent':
      return readAgentRestart(fields);
  }
}

type Changed =
  RulePlanned | TablePlanned | RoutingPlanned | SysctlPlanned | KubeProxyPlanned | FlannelPlanned | RestartPlanned;

function readRule(fields: Fields): RulePlanned | undefined {
  const rule = fields.required('rule');
  if (rule === undefined) return undefined;
  const change = readRuleChange(rule);
  const wrong =
    'error' in change ? change.error : (checkChain(change.chain) ?? checkRuleBody(change.body, change.family));
  if (wrong === undefined) return { kind: 'rule', rule };
  fields.problem('rule', wrong);
  return undefined;
}

/** iptables takes up to 28 characters (XT_EXTENSION_MAXNAMELEN), and none that begins with a dash. */
function checkChain(name: string): string | undefined {
  return /^[\w.:+][\w.:+@/-]{0,27}$/.test(name) ? undefined : `"${name}" is not the name of a chain`;
}

function readTable(fields: Fields): TablePlanned | undefined {
  const table = fields.required('table');
  const family = fields.choice('family', ['ipv4', 'ipv6'], 'ipv4');
  const restore = fields.anyText('restore');
  if (table === undefined) return undefined;
  if (!isTableName(table)) {
    fields.problem('table', `"${table}" is not a table: ${TABLES.join(', ')}`);
    return undefined;
  }
  if (restore === undefined || restore.trim() === '') {
    fields.problem('restore', '"restore" is missing');
    return undefined;
  }
  const wrong = checkRestore(restore, table, family === 'ipv4' ? 4 : 6);
  if (wrong === undefined) return { kind: 'table', family, table, restore };
  fields.problem('restore', wrong);
  return undefined;
}

function readRouting(fields: Fields, kind: 'route' | 'policy-rule'): RoutingPlanned | undefined {
  const command = fields.required(kind);
  if (command === undefined) return undefined;
  const read = kind === 'route' ? readRouteChange(command) : readPolicyRuleChange(command);
  if (!('error' in read)) return { kind, command };
  fields.problem(kind, read.error);
  return undefined;
}

function readSysctl(fields: Fields): SysctlPlanned | undefined {
  const key = fields.matching(
    'sysctl',
    /^net[./](?!.*(\.\.|\/\/))[\w./-]*\w$/,
    'a key below net: net.ipv4.conf.eth0.rp_filter',
  );
  const value = fields.matching('value', /^(-?\d+|[\w.]+)([ \t,-]+\w+)*$/, 'a value of a sysctl');
  const file = fields.has('file')
    ? fields.matching('file', SYSCTL_FILE, 'a file that is read at boot: /etc/sysctl.d/NAME.conf')
    : fields.text('file');
  return key !== undefined && value !== undefined ? { kind: 'sysctl', key, value, file } : undefined;
}

function readAgentRestart(fields: Fields): RestartPlanned | undefined {
  const agent = fields.choice('agent', AGENTS, 'flanneld');
  const restart = readRestart(fields);
  if (!fields.has('restart'))
    fields.problem('agent', 'how is it restarted? For example: restart: [systemctl, restart, flanneld]');
  return restart !== undefined ? { kind: 'agent', agent, restart } : undefined;
}
