const literally = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The text and nothing else, for Playwright's filters, which see any blanks as one. */
export function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.trim().split(/\s+/).map(literally).join('\\s+')}\\s*$`);
}

/** The text within another, blank for blank; Monaco writes them as no-break spaces. */
export function within(text: string): RegExp {
  return new RegExp(text.split(' ').map(literally).join('[ \u00a0]'));
}
