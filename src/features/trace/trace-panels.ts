import * as vscode from 'vscode';
import { isPageState, type PageState } from '../../webview/messages';
import type { ClusterStore } from '../clusters/cluster-store';
import { EDIT_SCHEME, LIVE_URI } from '../clusters/open-cluster';
import type { PinnedTraces } from './pins';
import { TracePanel } from './trace-panel';

const VIEW_TYPE = 'hoplens.trace';

/** Traces, and shows the results, one panel each. */
export class TracePanels implements vscode.WebviewPanelSerializer {
  private readonly panels = new Set<TracePanel>();

  constructor(
    private readonly store: ClusterStore,
    private readonly pins: PinnedTraces,
    private readonly extensionUri: vscode.Uri,
  ) {}

  /** The panel that the user looks at. */
  get active(): TracePanel | undefined {
    return [...this.panels].find(({ isActive }) => isActive);
  }

  /**
   * Opens a panel, and traces while the editor makes it. False, and told to the user, where the question cannot be
   * understood.
   */
  async show(state: PageState, column = vscode.ViewColumn.Active): Promise<boolean> {
    const webview = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      vscode.l10n.t('Trace'),
      { viewColumn: column, preserveFocus: column !== vscode.ViewColumn.Active },
      this.options(),
    );
    const panel = this.add(webview, state);
    const understood = await panel.fill();
    if (!understood) webview.dispose();
    else if (state.captures.length > 0) void panel.layCaptures();
    return understood;
  }

  /** After a reload of the window: the same trace again, from the same snapshot. */
  async deserializeWebviewPanel(webview: vscode.WebviewPanel, state: unknown): Promise<void> {
    if (!isPageState(state)) {
      webview.dispose();
      return;
    }
    webview.webview.options = this.options();
    const panel = this.add(webview, state);
    if (state.clusterUri === LIVE_URI.toString()) {
      await this.fillWhenRead(webview, panel);
      return;
    }
    const { scheme } = vscode.Uri.parse(state.clusterUri);
    if (!panel.find() && scheme !== EDIT_SCHEME) await this.store.open(vscode.Uri.parse(state.clusterUri));
    if (!(await panel.fill())) webview.dispose();
    else if (state.captures.length > 0) await panel.layCaptures();
  }

  private add(webview: vscode.WebviewPanel, state: PageState): TracePanel {
    const { store, pins, extensionUri } = this;
    const openPanel = (next: PageState): Promise<boolean> => this.show(next);
    const panel = new TracePanel(webview, { store, pins, extensionUri, openPanel }, state);
    this.panels.add(panel);
    webview.onDidDispose(() => this.panels.delete(panel));
    return panel;
  }

  /** Nodes are not read unasked: until the user has them read, the panel says what it waits for. */
  private async fillWhenRead(webview: vscode.WebviewPanel, panel: TracePanel): Promise<void> {
    const fill = async (): Promise<boolean> => (panel.find()?.cluster.nodes.length ?? 0) > 0 && (await panel.fill());
    if (await fill()) return;
    panel.wait(
      vscode.l10n.t('The nodes have not been read in this window. Read them, and the packet is traced again.'),
    );
    const subscription = this.store.onDidChange(async () => {
      if (await fill()) subscription.dispose();
    });
    webview.onDidDispose(() => {
      subscription.dispose();
    });
  }

  private options(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview')] };
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      this.store.onDidChange(() => {
        for (const panel of this.panels) panel.follow();
      }),
    );
  }
}
