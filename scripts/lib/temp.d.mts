export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

/** A new empty folder; removed at the latest when this process ends. */
export function temporaryFolder(name: string): TemporaryFolder;
