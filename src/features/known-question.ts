import type * as vscode from 'vscode';

/** Asks for what is missing of a question, and traces it. Not in package.json: for lenses and links. */
export const ASK = 'hoplens.ask';

/** What is known of a question before it is asked: plain values, so that a link can hold them. */
export interface KnownQuestion {
  readonly clusterId: string;
  /** ENDPOINTs. */
  readonly from?: string;
  readonly to?: string;
  readonly protocol?: string;
  /** The answer to the first question that is offered first. */
  readonly near?: string;
}

const OPTIONAL = ['from', 'to', 'protocol', 'near'];

export function isKnownQuestion(value: unknown): value is KnownQuestion {
  if (typeof value !== 'object' || value === null) return false;
  const text = (key: string): boolean => typeof Reflect.get(value, key) === 'string';
  return text('clusterId') && OPTIONAL.every((key) => Reflect.get(value, key) === undefined || text(key));
}

export function askCommand(title: string, question: KnownQuestion): vscode.Command {
  return { command: ASK, title, arguments: [question] };
}

/** The address of a link that asks. Brackets would end a link of Markdown. */
export function askAddress(question: KnownQuestion): string {
  const argument = encodeURIComponent(JSON.stringify([question]));
  return `command:${ASK}?${argument.replace(/[()'!*~]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)}`;
}
