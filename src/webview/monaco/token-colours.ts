import type { IRawTheme } from 'vscode-textmate';

/** As `data-vscode-theme-kind` of a page's body names it. */
export type ThemeKind = 'vscode-dark' | 'vscode-light' | 'vscode-high-contrast' | 'vscode-high-contrast-light';

type Row = readonly [scopes: readonly string[], colours: Readonly<Record<ThemeKind, string>>];

const row = (scopes: readonly string[], dark: string, light: string, contrast: string, contrastLight: string): Row => [
  scopes,
  {
    'vscode-dark': dark,
    'vscode-light': light,
    'vscode-high-contrast': contrast,
    'vscode-high-contrast-light': contrastLight,
  },
];

/*
 * Of the scopes that the grammars give, in the default themes Dark Modern, Light Modern, Dark and Light High Contrast
 * (vscode, extensions/theme-defaults/themes). A page is not told the token colours of the theme in use.
 */
const ROWS: readonly Row[] = [
  row(['comment'], '#6A9955', '#008000', '#7CA668', '#515151'),
  row(['constant.language', 'constant.character', 'keyword', 'storage'], '#569CD6', '#0000FF', '#569CD6', '#0F4A85'),
  row(['constant.numeric', 'keyword.other.unit'], '#B5CEA8', '#098658', '#B5CEA8', '#096D48'),
  row(['constant.character.escape'], '#D7BA7D', '#EE0000', '#569CD6', '#EE0000'),
  row(['entity.name.function', 'support.function'], '#DCDCAA', '#795E26', '#DCDCAA', '#5E2CBC'),
  row(
    ['entity.name.type', 'entity.name.namespace', 'support.class', 'support.type'],
    '#4EC9B0',
    '#267F99',
    '#4EC9B0',
    '#185E73',
  ),
  row(['invalid'], '#F44747', '#CD3131', '#F44747', '#B5200D'),
  row(['keyword.control'], '#C586C0', '#AF00DB', '#C586C0', '#B5200D'),
  row(['keyword.operator'], '#D4D4D4', '#000000', '#D4D4D4', '#000000'),
  row(['string'], '#CE9178', '#A31515', '#CE9178', '#0F4A85'),
  row(['variable'], '#9CDCFE', '#001080', '#9CDCFE', '#001080'),
];

export function tokenColours(kind: ThemeKind): IRawTheme['settings'] {
  return ROWS.map(([scopes, colours]) => ({ scope: [...scopes], settings: { foreground: colours[kind] } }));
}
