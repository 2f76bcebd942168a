import * as vscode from 'vscode';

/**
 * Text as Markdown that shows just that text. Text from nodes is data: no link, image or markup in it comes alive
 * (CommonMark 0.31 §2.4: a backslash takes the meaning of any ASCII punctuation).
 */
export function plainMarkdown(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString(escapeMarkdown(text));
}

export function escapeMarkdown(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, '\\$&').replace(/\s+/g, ' ');
}
