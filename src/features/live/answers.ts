import * as vscode from 'vscode';
import type {
  HostKeyAnswer,
  HostKeyQuestion,
  PassphraseQuestion,
  PasswordQuestion,
  PromptsQuestion,
  Questions,
} from '../../nodes/ssh/questions';
import type { Secrets } from './secrets';

/** Asks the user what comes up while nodes are connected to. What was typed is kept only when it has worked. */
export class Answers implements Questions {
  /** By node and by the secret's name. */
  private readonly typed = new Map<string, Map<string, string>>();

  constructor(private readonly secrets: Secrets) {}

  async hostKey(question: HostKeyQuestion): Promise<HostKeyAnswer> {
    const { node, host, keyType, fingerprint, others, authority, file } = question;
    const always = vscode.l10n.t('Accept and Remember');
    const once = vscode.l10n.t('Accept Once');
    const notes = [
      vscode.l10n.t('Host {0}, for node {1}', host, node),
      vscode.l10n.t('{0} key: {1}', keyType, fingerprint),
      ...others.map(({ file: known, line, keyType: type }) =>
        vscode.l10n.t('Beware: {0} line {1} knows this host by a key of another type, {2}.', known, line, type),
      ),
      authority
        ? vscode.l10n.t(
            '{0} line {1} trusts it by a certificate, which Hoplens cannot verify.',
            authority.file,
            authority.line,
          )
        : '',
      vscode.l10n.t('Compare the fingerprint with the one on the host (ssh-keygen -lf). No secret has been sent yet.'),
      file === '' ? '' : vscode.l10n.t('Remembered keys are written to {0}.', file),
    ];
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('The host key of {0} is unknown. Connect?', node),
      { modal: true, detail: notes.filter((note) => note !== '').join('\n\n') },
      ...(file === '' ? [once] : [always, once]),
    );
    if (answer === always) return 'always';
    return answer === once ? 'once' : 'refuse';
  }

  async passphrase({ node, file, attempt }: PassphraseQuestion, signal: AbortSignal): Promise<string | undefined> {
    const name = `passphrase ${file}`;
    return this.secret(node, name, attempt, signal, {
      title: vscode.l10n.t('{0}: passphrase', node),
      prompt: vscode.l10n.t('For the private key {0}', file),
    });
  }

  async password({ node, user, host, attempt }: PasswordQuestion, signal: AbortSignal): Promise<string | undefined> {
    const name = `password ${user}@${host}`;
    return this.secret(node, name, attempt, signal, {
      title: vscode.l10n.t('{0}: password', node),
      prompt: vscode.l10n.t('Of {0} on {1}', user, host),
    });
  }

  /** These are not kept: often they are codes that work once. */
  async prompts(question: PromptsQuestion, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const answers: string[] = [];
    for (const { text, echo } of question.prompts) {
      const answer = await ask(signal, {
        title: [question.node, question.title].filter((part) => part !== '').join(': '),
        prompt: [question.instructions, text].filter((part) => part !== '').join(' '),
        password: !echo,
      });
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    return answers;
  }

  /** Now that it has worked: offers to keep what was typed. */
  async offerToKeep(node: string): Promise<void> {
    const typed = this.typed.get(node);
    this.typed.delete(node);
    if (!typed || typed.size === 0) return;
    const keep = vscode.l10n.t('Keep');
    const question = vscode.l10n.t('Keep what you typed to log in to {0} in the secret storage of this editor?', node);
    if ((await vscode.window.showInformationMessage(question, keep, vscode.l10n.t('Not Now'))) !== keep) return;
    for (const [name, secret] of typed) await this.secrets.keep(name, secret);
  }

  private async secret(
    node: string,
    name: string,
    attempt: number,
    signal: AbortSignal,
    options: vscode.InputBoxOptions,
  ): Promise<string | undefined> {
    if (attempt === 1) {
      const kept = await this.secrets.get(name);
      if (kept !== undefined) return kept;
    } else {
      await this.secrets.forget(name);
      this.typed.get(node)?.delete(name);
    }
    const again = attempt > 1 ? vscode.l10n.t('That was not accepted. {0}', options.prompt ?? '') : options.prompt;
    const answer = await ask(signal, { ...options, ...(again !== undefined && { prompt: again }), password: true });
    if (answer !== undefined) {
      const typed = this.typed.get(node) ?? new Map<string, string>();
      this.typed.set(node, typed.set(name, answer));
    }
    return answer;
  }
}

async function ask(signal: AbortSignal, options: vscode.InputBoxOptions): Promise<string | undefined> {
  const cancel = new vscode.CancellationTokenSource();
  const abort = (): void => {
    cancel.cancel();
  };
  signal.addEventListener('abort', abort);
  try {
    return await vscode.window.showInputBox({ ...options, ignoreFocusOut: true }, cancel.token);
  } finally {
    signal.removeEventListener('abort', abort);
    cancel.dispose();
  }
}
