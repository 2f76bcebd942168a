import type { RestartPlanned } from '../plan/plan';
import type { AgentOperations } from './operations';
import { during } from './effects';

/** An agent restarted alone: it takes what its configuration says by then. */
export function restartAgent({ agent, restart }: RestartPlanned): AgentOperations {
  const text = `${agent} is restarted with "${restart.join(' ')}" and takes what its configuration says then; ${during(agent)}`;
  return {
    operations: [{ kind: 'restart', agent, argv: restart }],
    effects: [{ lasts: 'running', severity: 'info', text }],
  };
}
