import * as vscode from 'vscode';
import { type ConfiguredNode, readConfiguredNodes } from '../../nodes/configured-node';

const SECTION = 'hoplens';
const KEY = 'nodes';

/** The setting `hoplens.nodes`. In a workspace that is not trusted, what the workspace sets is not in it. */
export class Configuration {
  get nodes(): { readonly nodes: readonly ConfiguredNode[]; readonly problems: readonly string[] } {
    return readConfiguredNodes(this.section.get<unknown>(KEY) ?? []);
  }

  /** The file of ssh_config(5) to read in place of the user's and the system's; undefined for those. */
  get sshConfigFile(): string | undefined {
    const file = this.section.get<string>('sshConfigFile', '').trim();
    return file === '' ? undefined : file;
  }

  /** Adds a node where the others are set: in the workspace if that has a list, else for the user. */
  async add(node: ConfiguredNode): Promise<void> {
    await this.write((nodes) => [...nodes, node]);
  }

  async remove(name: string): Promise<void> {
    await this.write((nodes) => nodes.filter((node) => (node as { name?: unknown } | null)?.name !== name));
  }

  /** What is not well-formed is left as it is. */
  private async write(change: (nodes: readonly unknown[]) => readonly unknown[]): Promise<void> {
    const { workspaceValue, globalValue } = this.section.inspect<unknown>(KEY) ?? {};
    const inWorkspace = workspaceValue !== undefined && vscode.workspace.isTrusted;
    const value = inWorkspace ? workspaceValue : globalValue;
    const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    await this.section.update(KEY, change(Array.isArray(value) ? value : []), target);
  }

  onDidChange(listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SECTION)) listener();
    });
  }

  private get section(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration(SECTION);
  }
}
