import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { HostKeyAnswer, HostKeyQuestion, Questions } from '../nodes/ssh/questions';

/** Does something while questions are answered on the terminal; without one, nobody is there to be asked. */
export async function withTerminal<T>(body: (questions: Questions) => Promise<T>): Promise<T> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return body({});
  const screen = new Screen();
  const terminal = createInterface({ input: process.stdin, output: screen, terminal: true });
  // As without this: the program is told, and ends what it does.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await body(new TerminalQuestions(terminal, screen));
  } finally {
    terminal.close();
  }
}

/** Standard error, which shows nothing while a secret is typed. */
class Screen extends Writable {
  hidden = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (!this.hidden) process.stderr.write(chunk);
    done();
  }
}

/** One question at a time, however many nodes ask. */
class TerminalQuestions implements Questions {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly terminal: Interface,
    private readonly screen: Screen,
  ) {}

  async hostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<HostKeyAnswer> {
    const answer = await this.ask(hostKeyText(question), false, signal);
    if (answer === 'yes') return 'always';
    return answer === 'once' ? 'once' : 'refuse';
  }

  passphrase({ node, file }: { node: string; file: string }, signal: AbortSignal): Promise<string | undefined> {
    return this.ask(`${node}: passphrase of ${file}: `, true, signal);
  }

  password({ user, host }: { user: string; host: string }, signal: AbortSignal): Promise<string | undefined> {
    return this.ask(`${user}@${host}: password: `, true, signal);
  }

  async prompts(
    { node, title, instructions, prompts }: Parameters<NonNullable<Questions['prompts']>>[0],
    signal: AbortSignal,
  ): Promise<readonly string[] | undefined> {
    const answers: string[] = [];
    for (const { text, echo } of prompts) {
      const lines = [`${node}: ${title}`, instructions, text].filter((line) => line.trim() !== '');
      const answer = await this.ask(lines.join('\n'), !echo, signal);
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    return answers;
  }

  /** Undefined where nothing was typed. */
  private ask(text: string, secret: boolean, signal: AbortSignal): Promise<string | undefined> {
    const answer = this.last.then(async () => {
      const typed = this.terminal.question(text, { signal });
      this.screen.hidden = secret;
      try {
        return (await typed) || undefined;
      } finally {
        this.screen.hidden = false;
        if (secret) process.stderr.write('\n');
      }
    });
    this.last = answer.catch(() => undefined);
    return answer;
  }
}

function hostKeyText({ node, host, keyType, fingerprint, others, authority, file }: HostKeyQuestion): string {
  return [
    `The host key of ${host} is unknown${node === host ? '' : ` (node ${node})`}:`,
    `  ${keyType} ${fingerprint}`,
    ...others.map(
      (other) => `Beware: ${other.file}:${other.line} knows it by a key of another type, ${other.keyType}.`,
    ),
    ...(authority
      ? [`${authority.file}:${authority.line} trusts it by a certificate, which cannot be verified here.`]
      : []),
    'Compare it with the one on the host (ssh-keygen -lf). No secret has been sent yet.',
    `Connect? yes (and remember it in ${file}), once, or no: `,
  ].join('\n');
}
