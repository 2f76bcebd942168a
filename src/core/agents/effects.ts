import type { AgentChange, AgentEffect } from './change';
import { networkConfigEffects } from './flannel/consequences';
import { dockerEffects, flanneldEffects } from './flannel/follow-effects';
import { placeName } from './form';
import { kubeProxyEffects } from './kube-proxy/effects';

/** What follows from a change, what is worst first. */
export function changeEffects(made: AgentChange): AgentEffect[] {
  const order: readonly AgentEffect['severity'][] = ['conflict', 'warning', 'info'];
  const all = [...ofAgent(made), ...taken(made), ...valueEffects(made)];
  return all.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

function ofAgent(made: AgentChange): AgentEffect[] {
  const { kind, in: place } = made.change;
  if (kind === 'kube-proxy') return kubeProxyEffects(made);
  if ('docker' in place) return dockerEffects(made);
  if ('flags' in place || 'subnetEnv' in place) return flanneldEffects(made);
  return networkConfigEffects(made);
}

/** What becomes of each setting, and what it does. */
function valueEffects({ before, after }: AgentChange): AgentEffect[] {
  return Object.entries(before.difference(after)).map(([name, value]) => {
    const field = after.find(name) ?? before.find(name);
    const standard = field?.default === '' ? 'not set' : (field?.default ?? 'not set');
    const was = before.values.get(name) ?? standard;
    return {
      lasts: 'persistent',
      severity: 'info',
      text: `${name}: ${words(was)} → ${words(value ?? standard)}. ${field?.effect ?? ''}`.trimEnd(),
    };
  });
}

function words(value: string | number | boolean): string {
  return value === '' ? '""' : String(value);
}

/** When the change takes effect, and for how long. */
function taken({ change, node, before }: AgentChange): AgentEffect[] {
  const { agent } = before.form;
  const place = placeName(change.in);
  const said: AgentEffect[] = [];
  const tell = (lasts: AgentEffect['lasts'], severity: AgentEffect['severity'], text: string): void =>
    void said.push({ lasts, severity, text });
  if ('subnetEnv' in change.in)
    tell(
      'running',
      'warning',
      `flanneld writes ${place} anew when it starts: the change lasts until then, and changes nothing that flanneld itself does.`,
    );
  else tell('persistent', 'info', `${place} keeps the change over restarts of ${agent} and of the node.`);
  if ('etcd' in change.in || 'configMap' in change.in)
    tell(
      'persistent',
      'warning',
      `${place} is one for all nodes: each ${agent} takes the change when it starts the next time, not only the one on ${node}.`,
    );
  if (change.restart) tell('running', 'info', `It takes effect with "${change.restart.join(' ')}"; ${during(agent)}`);
  else if (place.startsWith('/etc/kubernetes/manifests/'))
    tell('running', 'info', `The kubelet sees the new manifest and restarts ${agent}; ${during(agent)}`);
  else if ('config' in change.in)
    tell(
      'running',
      'info',
      `kube-proxy ends when it sees the file change, and takes effect when whatever watches it starts it again (older than 1.13: not before it is restarted).`,
    );
  else tell('running', 'warning', `Nothing changes until ${agent} is restarted, and the plan restarts nothing.`);
  return said;
}

/** What becomes of packets while an agent is restarted. */
export function during(agent: string): string {
  if (agent === 'kube-proxy') return 'its rules stay meanwhile, and follow no change of an endpoint.';
  if (agent === 'flanneld')
    return 'routes and tunnels stay meanwhile, but for those of the backend udp, which flanneld carries itself.';
  return 'containers end with it, unless live-restore is set, and the policy of FORWARD is set anew.';
}
