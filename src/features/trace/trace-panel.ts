import * as vscode from 'vscode';
import { applyChanges } from '../../core/plan/what-if';
import type { Cluster } from '../../core/snapshot/cluster';
import type { Capture } from '../../core/trace/captures/laid-over';
import { layOver } from '../../core/trace/captures/lay-over';
import type { TraceResult } from '../../core/trace/result';
import { type FromPage, isFromPage, type PageState } from '../../webview/messages';
import { type MenuContext, waitingPage } from '../../webview/page';
import type { ToPage } from '../../webview/to-page';
import { emptyPage, type TracePage, traceContents, tracePage } from '../../webview/trace-page';
import type { ClusterStore } from '../clusters/cluster-store';
import type { OpenCluster } from '../clusters/open-cluster';
import { revealSource } from '../dumps/reveal';
import { pageResources } from '../page-resources';
import { COPIES } from './copies';
import { DumpBeside } from './dump-beside';
import { heldAgainst } from './held-against';
import { capturedIn, readKept } from './kept-captures';
import type { PinnedTraces } from './pins';
import { hasManyRules, isRead, readForTrace } from './read-for-trace';
import { traceState } from './traced';
import { pageWords } from './words';

/** What a panel may use. */
export interface PanelParts {
  readonly store: ClusterStore;
  readonly pins: PinnedTraces;
  readonly extensionUri: vscode.Uri;
  /** Opens another panel. */
  readonly openPanel: (state: PageState) => unknown;
}

/** What a trace that comes of another one does not take over. */
const FRESH = { shown: undefined, captures: [], comparedWith: undefined };

/** What a panel shows. */
interface Shown {
  readonly cluster: Cluster;
  /** With the changes of the state. */
  readonly open: OpenCluster;
  readonly result: TraceResult;
}

/** One trace in one panel. */
export class TracePanel {
  private shown: Shown | undefined;
  private captures: readonly Capture[] = [];
  /** Whether the page that is loaded has the place for a dump; undefined where none is loaded. */
  private paned: boolean | undefined;
  /** Whether the page says something else by now than it was loaded with. */
  private patched = false;

  private readonly dump: DumpBeside;
  private gone = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly parts: PanelParts,
    private state: PageState,
  ) {
    this.dump = new DumpBeside(panel.webview);
    panel.onDidDispose(() => (this.gone = true));
    panel.webview.onDidReceiveMessage((message: unknown) => (isFromPage(message) ? this.receive(message) : undefined));
  }

  get isActive(): boolean {
    return this.panel.active;
  }

  get trace(): { readonly state: PageState; readonly result: TraceResult; readonly cluster: Cluster } | undefined {
    return this.shown && { ...this.shown, state: this.state };
  }

  /**
   * Traces, and shows the result. False where the user has cancelled it, or, and told to the user, where the question
   * cannot be understood. Where the cluster has been read anew meanwhile, that one's trace is shown.
   */
  async fill(state: PageState = this.state): Promise<boolean> {
    for (;;) {
      const open = this.find();
      if (!open || this.gone) return false;
      if (isRead(open.cluster)) return this.show(open, state);
      // It is loaded while the cluster is read.
      if (this.paned === undefined && hasManyRules(open.cluster)) this.load(state);
      if (!(await readForTrace(open.cluster))) return false;
    }
  }

  private load(state: PageState): void {
    this.paned = state.shown !== undefined;
    this.panel.title = `${state.from} → ${state.to}`;
    this.panel.webview.html = emptyPage(this.resources(), pageWords(), state, this.context());
  }

  private context(): MenuContext {
    return { clusterId: this.find()?.id ?? '', near: this.state.to };
  }

  private show(open: OpenCluster, state: PageState): boolean {
    const traced = traceState(open.cluster, state);
    const where = this.withChanges(open, state);
    if ('error' in traced || !where) {
      void vscode.window.showErrorMessage(
        'error' in traced ? traced.error : vscode.l10n.t('The changes cannot be made.'),
      );
      return false;
    }
    this.state = state;
    this.shown = { cluster: open.cluster, open: where, result: traced.value };
    const { panel } = this;
    panel.title = `${state.from} → ${String(traced.value.to['name'] ?? state.to)}`;
    const icon = (kind: string): vscode.Uri =>
      vscode.Uri.joinPath(this.parts.extensionUri, 'media', `trace-panel-${kind}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    this.render();
    return true;
  }

  /** Reads the captures that lie over the trace, and lays them there. */
  async layCaptures(): Promise<void> {
    const { shown } = this;
    if (!shown) return;
    const read = await Promise.all(
      this.state.captures.map(async (kept) => {
        const result = await readKept(kept);
        if ('error' in result) void vscode.window.showWarningMessage(result.error);
        else return capturedIn(shown.cluster, kept, result.read);
        return undefined;
      }),
    );
    const found = read.flatMap((capture, at) => {
      const kept = this.state.captures[at];
      return capture && kept ? [{ capture, kept }] : [];
    });
    this.captures = found.map(({ capture }) => capture);
    this.state = { ...this.state, captures: found.map(({ kept }) => kept) };
    this.render();
  }

  /** Another reading of its cluster may be there. */
  follow(): void {
    const open = this.find();
    if (open && this.shown && open.cluster !== this.shown.cluster) void this.fill();
  }

  /** Says what it waits for, until there is something to trace in. */
  wait(text: string): void {
    this.panel.title = `${this.state.from} → ${this.state.to}`;
    this.panel.webview.html = waitingPage(this.resources(), this.state, text);
  }

  /** Changes what is shown of the trace, which stays the same. */
  update(change: Partial<PageState>): Promise<void> {
    this.state = { ...this.state, ...change };
    if ('captures' in change) return this.layCaptures();
    this.render();
    return Promise.resolve();
  }

  find(): OpenCluster | undefined {
    return this.parts.store.all.find((open) => open.uri.toString() === this.state.clusterUri);
  }

  private withChanges(open: OpenCluster, { changes }: PageState): OpenCluster | undefined {
    if (changes.length === 0) return open;
    const result = applyChanges(open.cluster, changes);
    return 'cluster' in result ? this.parts.store.addVariant(open, result.cluster) : undefined;
  }

  private resources(): ReturnType<typeof pageResources> {
    return pageResources(this.panel.webview, this.parts.extensionUri);
  }

  /** Makes the page, or lets it say something else. `focus`: the id of the row that the user comes back to. */
  private render(focus?: string): void {
    const { shown, state, panel } = this;
    if (!shown) return;
    const { result } = shown;
    const page: TracePage = {
      words: pageWords(),
      result,
      state,
      focus,
      context: this.context(),
      laidOver: this.captures.length > 0 ? layOver(result, this.captures) : undefined,
      compared: heldAgainst(this.parts.pins, shown.cluster, state, result),
    };
    const paned = state.shown !== undefined;
    if (this.paned === paned && panel.visible) {
      this.patched = true;
      const message: ToPage = { type: 'contents', contents: traceContents(page).text, state };
      void panel.webview.postMessage(message);
      void this.showDump();
      return;
    }
    this.paned = paned;
    this.patched = false;
    panel.webview.html = tracePage(this.resources(), page);
  }

  private async receive(message: FromPage): Promise<void> {
    const { shown, state } = this;
    if (!shown) return;
    const { open, result } = shown;
    switch (message.type) {
      case 'ready':
        if (this.patched) this.render();
        return;
      case 'open':
        await revealSource(open.id, message.source, { column: vscode.ViewColumn.Beside });
        return;
      case 'trace-with':
        this.parts.openPanel({ ...state, ...FRESH, changes: [...state.changes, ...message.changes] });
        return;
      case 'trace-to':
        this.parts.openPanel({ ...state, ...FRESH, to: message.to, protocol: message.protocol });
        return;
      case 'make-plan':
        await vscode.commands.executeCommand('hoplens.makePlan', message.title, message.changes);
        return;
      case 'assume':
        await this.fill({ ...state, facts: message.facts });
        return;
      case 'copy-as':
        await vscode.env.clipboard.writeText(COPIES[message.format](result));
        return;
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        return;
      case 'stop-comparing':
        return this.update({ comparedWith: undefined });
      case 'remove-capture':
        return this.update({ captures: state.captures.filter((_, at) => at !== message.at) });
      case 'show-dump':
        this.state = { ...state, shown: message.shown };
        this.dump.ask();
        if (!this.paned) this.render();
        else await this.showDump();
        return;
      case 'close-dump':
        this.state = { ...state, shown: undefined };
        this.render(state.shown?.step);
        return;
      case 'dump-ready':
        await this.showDump();
        return;
      case 'hover':
        await this.dump.answer(open.id, message.id, message.place);
        return;
    }
  }

  private async showDump(): Promise<void> {
    const { shown, state } = this;
    if (shown && state.shown) await this.dump.show(shown.open.id, shown.result, state.shown);
  }
}
