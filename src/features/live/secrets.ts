import type * as vscode from 'vscode';

const NAMES = 'hoplens.secretNames';

/** Passwords and passphrases that the user wants to be kept, in the editor's own secret storage. */
export class Secrets {
  constructor(
    private readonly storage: vscode.SecretStorage,
    /** Keeps the names, never the secrets, so that all of them can be forgotten. */
    private readonly memento: vscode.Memento,
  ) {}

  get(name: string): Thenable<string | undefined> {
    return this.storage.get(name);
  }

  async keep(name: string, secret: string): Promise<void> {
    await this.storage.store(name, secret);
    await this.memento.update(NAMES, [...new Set([...this.names, name])]);
  }

  async forget(name: string): Promise<void> {
    await this.storage.delete(name);
    await this.memento.update(
      NAMES,
      this.names.filter((other) => other !== name),
    );
  }

  /** Returns how many there were. */
  async forgetAll(): Promise<number> {
    const { names } = this;
    for (const name of names) await this.forget(name);
    return names.length;
  }

  private get names(): readonly string[] {
    return this.memento.get<readonly string[]>(NAMES, []);
  }
}
