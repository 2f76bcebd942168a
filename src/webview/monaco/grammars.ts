import { type IGrammar, type IRawGrammar, type IRawTheme, Registry } from 'vscode-textmate';
import common from '../../../syntaxes/iptables-common.tmLanguage.json';
import listConfiguration from '../../../syntaxes/iptables-list.language-configuration.json';
import list from '../../../syntaxes/iptables-list.tmLanguage.json';
import saveConfiguration from '../../../syntaxes/iptables-save.language-configuration.json';
import save from '../../../syntaxes/iptables-save.tmLanguage.json';
import { EXPRESSIONS } from './expressions';

const GRAMMARS = [common, list, save];

/** Those that have a grammar, which is called `source.` and their id. */
export const COLOURED_LANGUAGES = [
  { id: 'iptables-save', ...saveConfiguration },
  { id: 'iptables-list', ...listConfiguration },
];

/** The grammars that the editor itself has. */
export class Grammars {
  private readonly registry = new Registry({
    onigLib: Promise.resolve(EXPRESSIONS),
    loadGrammar: (scope) => {
      const grammar = GRAMMARS.find(({ scopeName }) => scopeName === scope);
      return Promise.resolve((grammar ?? null) as IRawGrammar | null);
    },
  });

  /** `languageId`: the number that tokens carry. Brackets are coloured in pairs wherever they are, as in the editor. */
  load(language: string, languageId: number): Promise<IGrammar | null> {
    return this.registry.loadGrammarWithConfiguration(`source.${language}`, languageId, {
      balancedBracketSelectors: ['*'],
    });
  }

  /** What colours the numbers in the tokens stand for, from then on. */
  colour(foreground: string, background: string, settings: IRawTheme['settings']): string[] {
    this.registry.setTheme({ settings: [{ settings: { foreground, background } }, ...settings] });
    return this.registry.getColorMap();
  }
}
