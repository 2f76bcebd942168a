import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { type Server, startServer } from '../../scripts/lib/server.mjs';
import { Editor } from './parts/editor';
import { type Message, dialog, notification } from './parts/messages';
import { chooseCommand, openByName } from './parts/palette';
import { QuickInput } from './parts/quick-input';
import { type Section, showSection } from './parts/section';
import { PATIENCE_MS, until } from './parts/wait';
import { toShow, webview } from './parts/webview';
import { THEMES, type WorkbenchOptions, settingsFor } from './options';

/** Where screenshots go; the run with the packaged extension has a folder of its own. */
const SCREENSHOTS = process.env['HOPLENS_SCREENSHOTS'] ?? 'test/out/screenshots';

const STARTED = ['code/LifecyclePhase/Restored', 'code/didLoadExtensions']
  .map((mark) => `performance.getEntriesByName('${mark}').length > 0`)
  .join(' && ');

/** VS Code's window, in a browser: what a user sees and does. Everything waits for what it needs, up to PATIENCE_MS. */
export class Workbench {
  /** For what this class has no words for: a selector, a key. */
  readonly page: Page;
  readonly editor: Editor;
  readonly quickInput: QuickInput;
  private readonly server: Server;
  private readonly consoleLines: string[] = [];

  private constructor(page: Page, server: Server) {
    this.page = page;
    this.server = server;
    page.on('console', (message) => this.consoleLines.push(message.text()));
    page.on('pageerror', (error) => this.consoleLines.push(`uncaught: ${error.message}`));
    this.editor = new Editor(page);
    this.quickInput = new QuickInput(page);
  }

  /** Starts a server with data of its own and opens a window on it. */
  static async open(browser: Browser, options: WorkbenchOptions = {}): Promise<Workbench> {
    const server = await startServer({
      editor: process.env['HOPLENS_EDITOR'] === 'oldest' ? 'oldest' : 'newest',
      extension: process.env['HOPLENS_EXTENSIONS'] ?? 'linked',
      settings: settingsFor(options),
      env: options.env ?? {},
    });
    try {
      const { width, height } = options.size ?? { width: 1280, height: 800 };
      const page = await browser.newPage({ viewport: { width, height }, reducedMotion: 'reduce' });
      page.setDefaultTimeout(PATIENCE_MS);
      for (const content of options.scripts ?? []) await page.addInitScript({ content });
      const workbench = new Workbench(page, server);
      await workbench.load(options);
      return workbench;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private async load({ files = {}, open, theme = 'dark' }: WorkbenchOptions): Promise<void> {
    const { authority, workspace } = this.server;
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(workspace, name)), { recursive: true });
      await writeFile(join(workspace, name), text);
    }
    const address = new URL(`http://${authority}/`);
    address.searchParams.set('folder', workspace);
    if (open !== undefined) {
      const payload = [['openFile', `vscode-remote://${authority}${join(workspace, open)}`]];
      address.searchParams.set('payload', JSON.stringify(payload));
    }
    await this.page.goto(address.href);
    await this.page.locator(`.monaco-workbench.${THEMES[theme].kind}`).waitFor();
    await this.page.waitForFunction(STARTED);
  }

  /** Reloads the window, by its command, and waits until the new one has started. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('domcontentloaded');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.page.waitForFunction(STARTED);
  }

  /** The folder that is open. */
  get folder(): string {
    return this.server.workspace;
  }

  /** The home of the extension's process: where it finds .ssh/config. */
  get home(): string {
    return this.server.home;
  }

  /** Runs a command through the palette, by its full title: `Hoplens: Open Demo Cluster`. */
  runCommand(title: string): Promise<void> {
    return chooseCommand(this.page, title);
  }

  /** Opens a file of the workspace (or another one, by its absolute path) in the editor. */
  async openFile(path: string): Promise<void> {
    await openByName(this.page, resolve(this.folder, path));
    await until(`${path} in the editor`, async () => (await this.editor.title()) === basename(path));
  }

  /** A view in the side bar, brought to the front and expanded. */
  section(title: string, container = 'Hoplens'): Promise<Section> {
    return showSection(this.page, container, title);
  }

  notification(text: string): Promise<Message> {
    return notification(this.page, text);
  }

  dialog(text: string): Promise<Message> {
    return dialog(this.page, text);
  }

  webview(title: string): Promise<FrameLocator> {
    return webview(this.page, title);
  }

  /** Waits until `text` is in sight, anywhere. */
  toShow(text: string | RegExp): Promise<void> {
    return toShow(this.page, text);
  }

  /** Saves a picture of the window as NAME.png. Returns the file. */
  async screenshot(name: string, folder = SCREENSHOTS): Promise<string> {
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path, animations: 'disabled' });
    return path;
  }

  /** Saves what helps to find out why something failed: a picture, and what page and server said. */
  async saveFailure(name: string): Promise<string> {
    const path = await this.screenshot(`failure-${name}`, 'test/out');
    await writeFile(`test/out/failure-${name}.log`, `${this.consoleLines.join('\n')}\n\n${this.server.log()}`);
    return path;
  }

  async close(): Promise<void> {
    await this.page.close();
    await this.server.stop();
  }
}
