// The grammars as the editor loads them: found through package.json, run by the editor's own tokenizer.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate, { type IGrammar, type IOnigLib, type Registry } from 'vscode-textmate';

const root = new URL('../../', import.meta.url);

interface Manifest {
  contributes: {
    languages: { id: string; extensions?: string[]; firstLine?: string; configuration?: string }[];
    grammars: { language?: string; scopeName: string; path: string }[];
  };
}

export interface Token {
  line: number;
  text: string;
  start: number;
  scopes: string[];
}

export function readRepositoryFile(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

export const { languages, grammars } = (JSON.parse(readRepositoryFile('package.json')) as Manifest).contributes;

const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
const registry = registryOf(
  oniguruma.loadWASM(new Uint8Array(wasm).buffer).then(() => ({
    createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
    createOnigString: (text) => new oniguruma.OnigString(text),
  })),
);

function registryOf(onigLib: Promise<IOnigLib>): Registry {
  return new textmate.Registry({
    onigLib,
    loadGrammar: (scopeName) => {
      const path = grammars.find((grammar) => grammar.scopeName === scopeName)?.path;
      return Promise.resolve(path ? textmate.parseRawGrammar(readRepositoryFile(path), path) : null);
    },
  });
}

/** `expressions`: other ones than the editor's. */
export async function loadGrammar(scopeName: string, expressions?: IOnigLib): Promise<IGrammar> {
  const from = expressions ? registryOf(Promise.resolve(expressions)) : registry;
  const grammar = await from.loadGrammar(scopeName);
  assert.ok(grammar, `${scopeName} is not contributed`);
  return grammar;
}

/** All tokens of `text`, each with its scopes but for the root's. */
export function tokenize(grammar: IGrammar, text: string): Token[] {
  const tokens: Token[] = [];
  let state = textmate.INITIAL;
  for (const [line, content] of text.split(/\r?\n/).entries()) {
    const result = grammar.tokenizeLine(content, state);
    state = result.ruleStack;
    for (const { startIndex, endIndex, scopes } of result.tokens) {
      tokens.push({ line, text: content.slice(startIndex, endIndex), start: startIndex, scopes: scopes.slice(1) });
    }
  }
  return tokens;
}

/** How deep the rules are nested behind `line`: 1 means that nothing is left open. */
export function depthAfter(grammar: IGrammar, line: string): number {
  return grammar.tokenizeLine(line, textmate.INITIAL).ruleStack.depth;
}

/** True if the scope gives a token a look: `meta.` only groups. */
export function isVisible(scope: string): boolean {
  return !scope.startsWith('meta.');
}

/** A text in a line and the scope that each of its characters has; the n-th such text if it is not the first. */
export type Expectation = readonly [text: string, scope: string, nth?: number];

export function assertScopes(grammar: IGrammar, line: string, expectations: readonly Expectation[]): void {
  const tokens = tokenize(grammar, line);
  for (const [text, scope, nth = 1] of expectations) {
    let start = -1;
    for (let i = 0; i < nth; i++) start = line.indexOf(text, start + 1);
    assert.notEqual(start, -1, `no ${text} in ${line}`);
    for (const token of tokens) {
      if (token.start >= start + text.length || token.start + token.text.length <= start) continue;
      const visible = token.scopes.filter(isVisible);
      assert.ok(
        visible.some((each) => each === scope || each.startsWith(`${scope}.`)),
        `${JSON.stringify(token.text)} of ${JSON.stringify(text)} is [${visible.join(' ')}], not ${scope}, in: ${line}`,
      );
    }
  }
}
