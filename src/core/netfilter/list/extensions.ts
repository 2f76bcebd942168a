import { quoteWord } from '../words';
import { readComment } from './comment';
import { type Match, matchesAt, SPREAD } from './matches/registry';
import type { Phrase } from './template';
import { isAlwaysListed, targetPhrases } from './targets/registry';

/** What stands behind the columns of a row, as iptables-save prints it. */
export interface Extensions {
  readonly goto: boolean;
  /** ` -m tcp --dport 80` */
  readonly matches: string;
  /** The target and its options: `DNAT --to-destination 10.0.0.1` */
  readonly target: string;
  /** Whether the row ends too early, so that matches may be missing. */
  readonly cut: boolean;
  readonly problems: readonly string[];
}

interface Part {
  readonly match: Match | undefined;
  text: string;
}

/** No row is as long; a limit on what lines of other files may cost. */
const MOST_TEXT = 8000;

/** Whether a line goes on with what iptables prints behind the columns, so that it belongs to the row before it. */
export function beginsExtension(line: string, target: string): boolean {
  return find(matchesAt(line, 0), line, 0) !== undefined || find(targetPhrases(target), line, 0) !== undefined;
}

export function readExtensions(text: string, target: string): Extensions {
  if (text.length > MOST_TEXT)
    return {
      ...readExtensions('', target),
      problems: ['more text than a rule can have'],
      matches: ` -m listed --text ${quoteWord(text.slice(0, 80))}`,
    };
  const goto = text.startsWith('[goto]');
  const reader = new Reader(text.replaceAll('\u0000', ''), target, goto ? '[goto]'.length : 0);
  reader.read();
  return { goto, ...reader.result() };
}

class Reader {
  private readonly parts: Part[] = [];
  private readonly problems: string[] = [];
  private options: string | undefined;
  /** Words that nothing is known of. */
  private unknown = '';
  /** Whether the rest is known to hold no note. */
  private plain = false;
  private cut = false;

  constructor(
    private readonly text: string,
    private readonly target: string,
    private at: number,
    private readonly withNotes = true,
  ) {}

  read(): void {
    while (this.skipBlanks()) {
      if (this.readKnown() || (this.unknown === '' && this.readNote())) continue;
      this.unknown += `${this.unknown === '' ? '' : ' '}${this.takeWord()}`;
    }
    this.closeUnknown();
  }

  result(): Omit<Extensions, 'goto'> {
    if (this.options === undefined && isAlwaysListed(this.target)) {
      this.cut = true;
      this.problems.push(`${this.target} stands without its options: the row is cut off`);
    }
    // The target NOTRACK is another name of CT; the listing shows it behind the columns.
    const target = this.target === 'CT' && /(?:^|\s)NOTRACK\s*$/.test(this.text) ? 'NOTRACK' : this.target;
    return {
      matches: this.parts.map((part) => part.text).join(''),
      target: target + (this.options ?? ''),
      cut: this.cut,
      problems: this.problems,
    };
  }

  private readKnown(): boolean {
    const comment = readComment(this.text, this.at);
    const option =
      comment || this.options !== undefined ? undefined : find(targetPhrases(this.target), this.text, this.at);
    const match = (comment ?? option) ? undefined : find(matchesAt(this.text, this.at), this.text, this.at);
    if (!comment && !option && !match) return false;
    this.closeUnknown();
    if (comment) {
      if (!comment.closed) {
        this.cut = true;
        this.problems.push('its comment is cut off');
      }
      this.parts.push({ match: undefined, text: ` -m comment --comment ${quoteWord(comment.text)}` });
    } else if (option) this.options = option.saved;
    else if (match) this.addMatch(match.phrase, match.saved);
    this.at = (comment ?? option ?? match)?.end ?? this.text.length;
    return true;
  }

  private addMatch(match: Match, saved: string): void {
    const last = this.parts.at(-1);
    if (last?.match?.module === match.module && SPREAD.has(match.module) && last.match.order < match.order)
      this.parts.splice(-1, 1, { match, text: last.text + saved });
    else this.parts.push({ match, text: ` -m ${match.module}${saved}` });
  }

  /** Words that someone wrote behind the row. A target's options come last, so what follows them is no part of the rule. */
  private readNote(): boolean {
    const rest = this.text.slice(this.at);
    if (this.options === undefined && !NOTE_MARK.test(rest)) {
      this.plain ||= !isNote(rest);
      if (this.plain) return false;
    }
    const marker = /^(?:[#/]+\s+)+/.exec(rest);
    if (marker && this.options === undefined && this.withNotes) {
      const inner = new Reader(rest, this.target, marker[0].length, false);
      inner.read();
      if (inner.problems.length === 0) {
        this.at += marker[0].length;
        return true;
      }
    }
    this.problems.push(`words that iptables does not print are left out: "${clip(rest)}"`);
    this.at = this.text.length;
    return true;
  }

  private closeUnknown(): void {
    if (this.unknown === '') return;
    this.problems.push(`"${clip(this.unknown)}" is not understood, so it is not known which packets match`);
    this.parts.push({ match: undefined, text: ` -m listed --text ${quoteWord(this.unknown)}` });
    this.unknown = '';
  }

  /** Whether there is more. */
  private skipBlanks(): boolean {
    while (this.at < this.text.length && this.text.charAt(this.at).trim() === '') this.at++;
    return this.at < this.text.length;
  }

  private takeWord(): string {
    const word = /\S+/y;
    word.lastIndex = this.at;
    const text = word.exec(this.text)?.[0] ?? '';
    this.at += text.length;
    return text;
  }
}

interface Found<P> {
  readonly phrase: P;
  readonly saved: string;
  readonly end: number;
}

function find<P extends Phrase>(phrases: readonly P[], text: string, at: number): Found<P> | undefined {
  for (const phrase of phrases) {
    phrase.listed.lastIndex = at;
    const found = phrase.listed.exec(text);
    if (found && found[0] !== '') return { phrase, saved: phrase.save(found.groups ?? {}), end: at + found[0].length };
  }
  return undefined;
}

/** iptables prints only ASCII outside of comments and quotes, and no arrows. */
function isNote(text: string): boolean {
  const bare = text.replace(/\/\*.*?\*\/|"[^"]*"/g, '');
  return /[^\x00-\x7f]|->|=>|<-/.test(bare);
}

const NOTE_MARK = /^(?:#(?!conn\b)|\/\/)/;

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
