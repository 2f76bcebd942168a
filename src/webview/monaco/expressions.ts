import type { IOnigLib, IOnigMatch, OnigScanner } from 'vscode-textmate';

/**
 * What vscode-textmate needs of Oniguruma, by the expressions that the page's engine has: no WebAssembly, which the
 * content policy would have to allow. Of what JavaScript lacks the grammars of Hoplens only use possessive quantifiers,
 * and only where giving back could not help; a test compares their tokens with Oniguruma's.
 */
export const EXPRESSIONS: IOnigLib = {
  createOnigScanner: (sources) => new Scanner(sources),
  createOnigString: (content) => ({ content }),
};

/** In Ruby's syntax `^` and `$` are those of lines. */
function translate(source: string): RegExp {
  return new RegExp(
    source.replace(
      /(\\.|\[(?:\\.|[^\]\\])*\])|([*+?}])\+/g,
      (_, kept?: string, quantifier?: string) => kept ?? quantifier ?? '',
    ),
    'dgm',
  );
}

class Scanner implements OnigScanner {
  private readonly expressions: readonly RegExp[];
  private line = '';
  private from = 0;
  /** What each expression found last in this line, at or behind that place; null where there is nothing more. */
  private found: (RegExpExecArray | null | undefined)[] = [];

  constructor(sources: readonly string[]) {
    this.expressions = sources.map(translate);
  }

  /** The match that begins first; of those the one of the first expression. */
  findNextMatchSync(text: string | { readonly content: string }, from: number): IOnigMatch | null {
    const line = typeof text === 'string' ? text : text.content;
    if (line !== this.line || from < this.from) this.found = [];
    this.line = line;
    this.from = from;
    let best: { index: number; match: RegExpExecArray } | undefined;
    for (const [index, expression] of this.expressions.entries()) {
      const match = this.find(index, expression, from);
      if (match && (!best || match.index < best.match.index)) best = { index, match };
    }
    return best ? { index: best.index, captureIndices: captures(best.match) } : null;
  }

  private find(index: number, expression: RegExp, from: number): RegExpExecArray | null {
    const known = this.found[index];
    if (known === null || (known && known.index >= from)) return known;
    expression.lastIndex = from;
    return (this.found[index] = expression.exec(this.line));
  }
}

function captures(match: RegExpExecArray): IOnigMatch['captureIndices'] {
  return Array.from(match, (_, at) => {
    const [start, end] = match.indices?.[at] ?? [0, 0];
    return { start, end, length: end - start };
  });
}
