import * as vscode from 'vscode';
import { nodeItems } from '../../core/outline/node';
import { age } from '../clusters/age';
import { isBusy, type LiveNode } from '../clusters/live-node';
import type { OpenCluster } from '../clusters/open-cluster';
import type { TreeLine } from './entry';

/** The nodes of the settings: what is known of each, and how Hoplens stands with it. */
export function liveLines({ cluster, live = [] }: OpenCluster): TreeLine[] {
  const known = new Map(nodeItems(cluster).map((item) => [item.id, item]));
  return live.map((node) => line(node, known.get(node.settings.name)));
}

function line(node: LiveNode, known: TreeLine | undefined): TreeLine {
  const { name } = node.settings;
  const { words, details, icon, color } = appearance(node);
  const description = [known?.description, words].filter((part) => part !== undefined && part !== '').join(' · ');
  const children = known?.children;
  return {
    ...known,
    id: name,
    label: name,
    description,
    tooltip: [`${name}: ${words}`, ...details].join('\n'),
    icon,
    ...(color !== undefined && { color }),
    context: contextOf(node),
    command: { command: 'hoplens.readNode', title: vscode.l10n.t('Read Node') },
    ...(children && { expanded: true, children: () => [...gapLines(node), ...children()] }),
  };
}

interface Appearance {
  /** The state in a few words. */
  readonly words: string;
  readonly details: readonly string[];
  readonly icon: string;
  readonly color?: string;
}

function appearance({ settings, state, reading, connected }: LiveNode): Appearance {
  const when = reading && age(reading.at.toISOString(), new Date());
  const stale = when === undefined ? [] : [vscode.l10n.t('What is shown was read {0}.', when)];
  switch (state.kind) {
    case 'unread':
      return {
        words: vscode.l10n.t('not read yet'),
        details: [vscode.l10n.t('Press Enter or click to connect and read it.')],
        icon: 'debug-disconnect',
      };
    case 'connecting':
      return { words: vscode.l10n.t('connecting…'), details: stale, icon: 'sync~spin' };
    case 'reading':
      return { words: vscode.l10n.t('reading…'), details: stale, icon: 'sync~spin' };
    case 'failed':
      return {
        words: state.message.replace(`${settings.name}: `, ''),
        details: stale,
        icon: 'error',
        color: 'list.errorForeground',
      };
    case 'read': {
      const gaps = reading?.gaps ?? [];
      const words = [
        gaps.length > 0 && vscode.l10n.t('partly read'),
        when,
        !connected && vscode.l10n.t('not connected'),
      ].filter((part) => typeof part === 'string');
      return {
        words: words.join(' · '),
        details: gaps,
        icon: gaps.length > 0 ? 'warning' : 'server',
        ...(gaps.length > 0 && { color: 'list.warningForeground' }),
      };
    }
  }
}

function gapLines({ reading }: LiveNode): TreeLine[] {
  const gaps = reading?.gaps ?? [];
  if (gaps.length === 0) return [];
  return [
    {
      id: 'gaps',
      label: vscode.l10n.t('Could not be read'),
      description: String(gaps.length),
      icon: 'warning',
      state: 'warning',
      children: () =>
        gaps.map((gap, at) => ({ id: `gap ${at}`, label: gap, tooltip: gap, icon: 'circle-slash', copy: gap })),
    },
  ];
}

/** For menus: what can be done with the node now. */
function contextOf(node: LiveNode): string {
  const words = ['liveNode', isBusy(node) ? 'busy' : 'idle'];
  if (node.connected) words.push('connected');
  return words.join(' ');
}
