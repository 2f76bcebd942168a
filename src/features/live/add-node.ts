import * as vscode from 'vscode';
import type { ConfiguredNode } from '../../nodes/configured-node';
import { hostNames } from '../../nodes/ssh/config-files';
import { parseDestination } from '../../nodes/ssh/destination';
import { messageOf } from '../../nodes/ssh/errors';
import { localUser } from '../../nodes/ssh/local-user';
import type { Configuration } from './configuration';

/** Asks for a host, those of the SSH configuration offered, and adds it to the settings. Undefined when the user leaves. */
export async function addNode(configuration: Configuration): Promise<ConfiguredNode | undefined> {
  const taken = configuration.nodes.nodes.map(({ name }) => name);
  const known = await namesOfHosts(configuration.sshConfigFile);
  const node = await pickHost(
    known.filter((name) => !taken.includes(name)),
    taken,
  );
  if (node) await configuration.add(node);
  return node;
}

async function namesOfHosts(file: string | undefined): Promise<readonly string[]> {
  try {
    return await hostNames(file, localUser());
  } catch (error) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('The SSH configuration cannot be read, so no hosts are offered: {0}', messageOf(error)),
    );
    return [];
  }
}

interface HostItem extends vscode.QuickPickItem {
  readonly destination: string;
}

function pickHost(known: readonly string[], taken: readonly string[]): Promise<ConfiguredNode | undefined> {
  const offered = known.map((name): HostItem => ({ label: `$(server) ${name}`, destination: name }));
  const input = vscode.window.createQuickPick<HostItem>();
  input.title = vscode.l10n.t('Add Node');
  input.placeholder = vscode.l10n.t('Pick a host of the SSH configuration, or type [user@]host[:port]');
  input.ignoreFocusOut = true;
  input.items = offered;
  input.onDidChangeValue((text) => {
    const typed = text.trim();
    const description = vscode.l10n.t('as typed');
    const asTyped: HostItem = { label: `$(edit) ${typed}`, description, destination: typed, alwaysShow: true };
    input.items = typed === '' || known.includes(typed) ? offered : [...offered, asTyped];
  });
  return new Promise((resolve) => {
    input.onDidAccept(() => {
      const [item] = input.selectedItems;
      if (!item) return;
      try {
        resolve(nodeAt(item.destination, taken));
        input.dispose();
      } catch (error) {
        void vscode.window.showErrorMessage(messageOf(error));
      }
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}

/** Throws an SshError where the text is no destination. */
export function nodeAt(text: string, taken: readonly string[]): ConfiguredNode {
  const { host, user, port } = parseDestination(text);
  const base = host.replace(/[^A-Za-z0-9_.-]/g, '-').replace(/^[.-]+/, '') || 'node';
  let name = base;
  for (let count = 2; taken.includes(name); count++) name = `${base}-${count}`;
  return {
    name,
    ...(name !== host && { host }),
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port }),
  };
}
