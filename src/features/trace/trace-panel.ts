import * as vscode from 'vscode';
import { applyChanges } from '../../core/plan/what-if';
import { describe, markdown } from '../../core/trace/describe';
import type { Capture } from '../../core/trace/captures/laid-over';
import { layOver } from '../../core/trace/captures/lay-over';
import type { TraceResult } from '../../core/trace/result';
import { settle } from '../../core/trace/settle';
import type { Cluster } from '../../core/snapshot/cluster';
import { trace, traceWith } from '../../core/trace/trace';
import { type CopyFormat, isFromPage, isPageState, type PageState } from '../../webview/messages';
import { waitingPage } from '../../webview/page';
import type { ToPage } from '../../webview/to-page';
import { tracePage } from '../../webview/trace-page';
import type { ClusterStore } from '../clusters/cluster-store';
import { EDIT_SCHEME, LIVE_URI, type OpenCluster } from '../clusters/open-cluster';
import { pageResources } from '../page-resources';
import { revealSource } from '../dumps/reveal';
import { askCapture } from './ask-capture';
import { dumpOf, hoverTexts } from './dump-beside';
import { pageWords } from './words';

const VIEW_TYPE = 'hoplens.trace';

const COPIES: Readonly<Record<CopyFormat, (result: TraceResult) => string>> = {
  text: (result) => [...describe(result), ''].join('\n'),
  markdown,
  json: (result) => JSON.stringify(result, undefined, 2),
};

/** A trace as a panel shows it. */
interface Shown {
  readonly panel: vscode.WebviewPanel;
  /** With the changes of the state. */
  readonly open: OpenCluster;
  readonly state: PageState;
  readonly result: TraceResult;
  /** Whether the user has just asked for the dump beside it. */
  readonly asked: boolean;
}

/** Traces, and shows the results, one panel each. */
export class TracePanels implements vscode.WebviewPanelSerializer {
  /** What listens to the page that a panel shows now. */
  private readonly receivers = new WeakMap<vscode.WebviewPanel, vscode.Disposable>();

  /** What each panel shows, and of which reading of the cluster. */
  private readonly shown = new Map<vscode.WebviewPanel, { readonly state: PageState; readonly cluster: Cluster }>();

  /** Captures that lie over what a panel shows; they are not kept over a reload. */
  private readonly captures = new WeakMap<vscode.WebviewPanel, readonly Capture[]>();

  constructor(
    private readonly store: ClusterStore,
    private readonly extensionUri: vscode.Uri,
  ) {}

  /** Traces and opens a panel with the result. False, and told to the user, where the question cannot be understood. */
  show(state: PageState, column = vscode.ViewColumn.Active): boolean {
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      vscode.l10n.t('Trace'),
      { viewColumn: column, preserveFocus: column !== vscode.ViewColumn.Active },
      this.options(),
    );
    const understood = this.fill(panel, state);
    panel.onDidDispose(() => this.shown.delete(panel));
    if (!understood) panel.dispose();
    return understood;
  }

  /** After a reload of the window: the same trace again, from the same snapshot. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    if (!isPageState(state)) {
      panel.dispose();
      return;
    }
    panel.webview.options = this.options();
    panel.onDidDispose(() => this.shown.delete(panel));
    if (state.clusterUri === LIVE_URI.toString()) {
      this.fillWhenRead(panel, state);
      return;
    }
    const { scheme } = vscode.Uri.parse(state.clusterUri);
    if (!this.find(state) && scheme !== EDIT_SCHEME) await this.store.open(vscode.Uri.parse(state.clusterUri));
    if (!this.fill(panel, state)) panel.dispose();
  }

  /** Nodes are not read unasked: until the user has them read, the panel says what it waits for. */
  private fillWhenRead(panel: vscode.WebviewPanel, state: PageState): void {
    const fill = (): boolean => (this.find(state)?.cluster.nodes.length ?? 0) > 0 && this.fill(panel, state);
    if (fill()) return;
    panel.title = `${state.from} → ${state.to}`;
    panel.webview.html = waitingPage(
      pageResources(panel.webview, this.extensionUri),
      state,
      vscode.l10n.t('The nodes have not been read in this window. Read them, and the packet is traced again.'),
    );
    const subscription = this.store.onDidChange(() => {
      if (fill()) subscription.dispose();
    });
    panel.onDidDispose(() => {
      subscription.dispose();
    });
  }

  private options(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.extensionUri, 'dist', 'webview')] };
  }

  private find(state: PageState): OpenCluster | undefined {
    return this.store.all.find((open) => open.uri.toString() === state.clusterUri);
  }

  private fill(panel: vscode.WebviewPanel, state: PageState): boolean {
    const open = this.find(state);
    if (!open) return false;
    this.shown.set(panel, { state, cluster: open.cluster });
    const { from, to, protocol, changes, facts } = state;
    const question = { from, to, ...(protocol !== undefined && { protocol }) };
    const where = changes.length > 0 ? this.changed(open, changes) : open;
    const traced = changes.length > 0 ? traceWith(open.cluster, question, changes) : trace(open.cluster, question);
    if ('error' in traced || !where) {
      void vscode.window.showErrorMessage(
        'error' in traced ? traced.error : vscode.l10n.t('The changes cannot be made.'),
      );
      return false;
    }
    panel.title = `${from} → ${String(traced.value.to['name'] ?? to)}`;
    panel.iconPath = {
      light: vscode.Uri.joinPath(this.extensionUri, 'media', 'trace-panel-light.svg'),
      dark: vscode.Uri.joinPath(this.extensionUri, 'media', 'trace-panel-dark.svg'),
    };
    const settled = facts.flatMap(({ value, ...fact }) => (value === undefined ? [] : [{ ...fact, value }]));
    this.render({ panel, open: where, state, result: settle(traced.value, settled), asked: false });
    return true;
  }

  /** `focus`: the id of the row that the user comes back to. */
  private render(shown: Shown, focus?: string): void {
    const { panel, result, state } = shown;
    const captures = this.captures.get(panel) ?? [];
    panel.webview.html = tracePage(pageResources(panel.webview, this.extensionUri), {
      words: pageWords(),
      result,
      state,
      focus,
      ...(captures.length > 0 && { laidOver: layOver(result, captures) }),
    });
    this.listen(shown);
  }

  private listen(shown: Shown): void {
    const { panel, state } = shown;
    const known = this.shown.get(panel);
    if (known) this.shown.set(panel, { ...known, state });
    this.receivers.get(panel)?.dispose();
    this.receivers.set(
      panel,
      panel.webview.onDidReceiveMessage((message: unknown) => this.receive(shown, message)),
    );
  }

  /** Asks for a capture and lays it over the trace of the active panel, beside those that lie there. */
  async layCapture(): Promise<void> {
    const found = [...this.shown].find(([panel]) => panel.active);
    if (!found) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a trace first: a capture is laid over it.'));
      return;
    }
    const [panel, { cluster }] = found;
    const capture = await askCapture(cluster);
    const now = this.shown.get(panel);
    if (!capture || !now) return;
    this.captures.set(panel, [...(this.captures.get(panel) ?? []), capture]);
    this.fill(panel, now.state);
  }

  private changed(open: OpenCluster, changes: PageState['changes']): OpenCluster | undefined {
    const result = applyChanges(open.cluster, changes);
    return 'cluster' in result ? this.store.addVariant(open, result.cluster) : undefined;
  }

  private async receive(shown: Shown, message: unknown): Promise<void> {
    if (!isFromPage(message)) return;
    const { panel, open, state, result } = shown;
    switch (message.type) {
      case 'open':
        await revealSource(open.id, message.source, { column: vscode.ViewColumn.Beside });
        return;
      case 'trace-with':
        this.show({ ...state, changes: [...state.changes, ...message.changes], shown: undefined });
        return;
      case 'assume':
        this.fill(panel, { ...state, facts: message.facts });
        return;
      case 'copy-as':
        await vscode.env.clipboard.writeText(COPIES[message.format](result));
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        return;
      case 'show-dump': {
        const next = { ...shown, state: { ...state, shown: message.shown }, asked: true };
        if (!state.shown) this.render(next);
        else {
          this.listen(next);
          await this.sendDump(next);
        }
        return;
      }
      case 'close-dump':
        this.render({ ...shown, state: { ...state, shown: undefined } }, state.shown?.step);
        return;
      case 'dump-ready':
        await this.sendDump(shown);
        return;
      case 'hover': {
        let paragraphs: readonly string[] = [];
        try {
          paragraphs = await hoverTexts(open.id, message.place);
        } finally {
          await this.send(panel, { type: 'hover', id: message.id, paragraphs });
        }
        return;
      }
    }
  }

  /** Traces again what is shown of clusters that were read or edited anew. */
  private follow(): void {
    for (const [panel, { state, cluster }] of this.shown) {
      const open = this.find(state);
      if (open && open.cluster !== cluster) this.fill(panel, state);
    }
  }

  private async sendDump({ panel, open, state, result, asked }: Shown): Promise<void> {
    if (!state.shown) return;
    await this.send(panel, { type: 'dump', dump: await dumpOf(open.id, result, state.shown), focus: asked });
  }

  private async send({ webview }: vscode.WebviewPanel, message: ToPage): Promise<void> {
    await webview.postMessage(message);
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, this),
      this.store.onDidChange(() => {
        this.follow();
      }),
    );
  }
}
