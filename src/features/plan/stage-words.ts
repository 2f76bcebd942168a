import * as vscode from 'vscode';
import type { NodeState, Stage } from '../../nodes/apply/state';

/** What is being done on a node, while it goes on: `worker: trying a new SSH connection`. */
export function progressWords({ node, stage }: NodeState): string {
  return vscode.l10n.t('{0}: {1}', node, doing(stage));
}

function doing(stage: Stage): string {
  switch (stage) {
    case 'waiting':
      return vscode.l10n.t('waiting');
    case 'checking':
      return vscode.l10n.t('comparing what is there');
    case 'ready':
      return vscode.l10n.t('as the plan expects it');
    case 'conflict':
      return vscode.l10n.t('not as the plan expects it');
    case 'arming':
    case 'armed':
      return vscode.l10n.t('arming its switch');
    case 'changing':
      return vscode.l10n.t('changing');
    case 'proving':
      return vscode.l10n.t('trying a new SSH connection');
    case 'verifying':
      return vscode.l10n.t('waiting for agents, and trying what is to work');
    case 'unconfirmed':
      return vscode.l10n.t('changed');
    case 'confirming':
    case 'confirmed':
      return vscode.l10n.t('keeping it');
    case 'reverting':
    case 'reverted':
    case 'revert failed':
    case 'unknown':
      return vscode.l10n.t('taking it back');
  }
}

/** What has become of a node when it is over, and why: sentences. */
export function outcomeWords(state: NodeState): string {
  return [outcome(state), ...(state.problem === undefined ? [] : [state.problem])].join(' ');
}

function outcome({ node, stage }: NodeState): string {
  switch (stage) {
    case 'unconfirmed':
      return vscode.l10n.t('{0} is changed.', node);
    case 'confirmed':
      return vscode.l10n.t('{0} stays changed.', node);
    case 'reverted':
      return vscode.l10n.t('{0} is as it was before.', node);
    case 'revert failed':
      return vscode.l10n.t('On {0} not all could be taken back.', node);
    case 'confirming':
    case 'reverting':
    case 'unknown':
      return vscode.l10n.t(
        'What {0} is now is not known: it takes the change back by itself when its time is over.',
        node,
      );
    default:
      return vscode.l10n.t('{0} was not changed.', node);
  }
}
