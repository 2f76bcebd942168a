/// <reference lib="dom" />
import * as monaco from 'monaco-editor/editor/editor.api';
import { type IGrammar, INITIAL, type StateStack } from 'vscode-textmate';
import { hexColour } from './css-colour';
import { COLOURED_LANGUAGES, Grammars } from './grammars';
import { type ThemeKind, tokenColours } from './token-colours';

const NAME = 'hoplens';

const BASES: Readonly<Record<ThemeKind, monaco.editor.BuiltinTheme>> = {
  'vscode-dark': 'vs-dark',
  'vscode-light': 'vs',
  'vscode-high-contrast': 'hc-black',
  'vscode-high-contrast-light': 'hc-light',
};

/** Gives dumps the colours of the editor's theme, now and whenever it changes. */
export async function followTheme(): Promise<void> {
  const grammars = new Grammars();
  const loaded = await Promise.all(
    COLOURED_LANGUAGES.map(async ({ id, brackets, wordPattern }) => {
      monaco.languages.register({ id });
      monaco.languages.setLanguageConfiguration(id, {
        brackets: brackets.map(([open = '', close = '']) => [open, close]),
        wordPattern: new RegExp(wordPattern),
      });
      return { id, grammar: await grammars.load(id, monaco.languages.getEncodedLanguageId(id)) };
    }),
  );
  let providers: monaco.IDisposable[] = [];
  const apply = (): void => {
    const kind = themeKind();
    const colors = themeColours();
    const foreground = colors['editor.foreground'] ?? '#808080';
    const background = colors['editor.background'] ?? '#808080';
    monaco.editor.defineTheme(NAME, { base: BASES[kind], inherit: true, rules: [], colors });
    monaco.editor.setTheme(NAME);
    monaco.languages.setColorMap(grammars.colour(foreground, background, tokenColours(kind)));
    // The numbers in tokens stand for other colours now.
    for (const provider of providers) provider.dispose();
    providers = loaded.flatMap(({ id, grammar }) =>
      grammar ? [monaco.languages.setTokensProvider(id, tokensOf(grammar))] : [],
    );
  };
  apply();
  const observer = new MutationObserver(apply);
  observer.observe(document.documentElement, { attributeFilter: ['style'] });
  observer.observe(document.body, { attributeFilter: ['data-vscode-theme-kind'] });
}

function tokensOf(grammar: IGrammar): monaco.languages.EncodedTokensProvider {
  return {
    getInitialState: () => INITIAL,
    tokenizeEncoded: (line, state) => {
      const { tokens, ruleStack } = grammar.tokenizeLine2(line, state as StateStack);
      return { tokens, endState: ruleStack };
    },
  };
}

function themeKind(): ThemeKind {
  const kind = document.body.dataset['vscodeThemeKind'] ?? '';
  return kind in BASES ? (kind as ThemeKind) : 'vscode-dark';
}

/** The colours that the editor gives its pages: `editor.background` is the variable `--vscode-editor-background`. */
function themeColours(): Record<string, string> {
  const { style } = document.documentElement;
  const colours: Record<string, string> = {};
  for (const variable of style) {
    const colour = hexColour(style.getPropertyValue(variable));
    if (variable.startsWith('--vscode-') && colour !== undefined)
      colours[variable.slice('--vscode-'.length).replace('-', '.')] = colour;
  }
  return colours;
}
