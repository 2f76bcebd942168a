export type Editor = 'oldest' | 'newest';

export interface ServerOptions {
  readonly editor: Editor;
  /** `linked`: the working tree as it is; else a folder of installed extensions, of which the server gets a copy. */
  readonly extension?: 'linked' | string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment, which extensions see. HOME is an empty folder unless it is given here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lets the page's address name extensions and tests to load; hides notifications. */
  readonly testHooks?: boolean;
}

export interface Server {
  /** `HOST:PORT` */
  readonly authority: string;
  /** A folder to be opened as the workspace, empty at first. */
  readonly workspace: string;
  /** The home of whatever extensions run. */
  readonly home: string;
  /** What the server has printed so far. */
  log(): string;
  readonly exited: Promise<number>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

export function startServer(options: ServerOptions): Promise<Server>;
