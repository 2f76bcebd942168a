/** `kind`: the class that the window has under the theme. */
export const THEMES = {
  dark: { setting: 'Default Dark Modern', kind: 'vs-dark' },
  light: { setting: 'Default Light Modern', kind: 'vs' },
  'hc-dark': { setting: 'Default High Contrast', kind: 'hc-black' },
  'hc-light': { setting: 'Default High Contrast Light', kind: 'hc-light' },
} as const;

export interface WorkbenchOptions {
  readonly theme?: keyof typeof THEMES;
  /** False: the workspace opens in Restricted Mode, as an unknown folder does. */
  readonly trusted?: boolean;
  /** What the workspace holds: relative paths and texts. */
  readonly files?: Readonly<Record<string, string>>;
  /** One of `files`, to be opened in the editor. */
  readonly open?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the extension's process. */
  readonly env?: Readonly<Record<string, string>>;
  /** What runs in every frame before its own scripts do. */
  readonly scripts?: readonly string[];
  /** Of the window, in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

export function settingsFor({
  theme = 'dark',
  trusted = true,
  settings = {},
}: WorkbenchOptions): Record<string, unknown> {
  return {
    'workbench.colorTheme': THEMES[theme].setting,
    // Its rows lie on top of others, where clicks are meant for those.
    'workbench.tree.enableStickyScroll': false,
    'security.workspace.trust.enabled': !trusted,
    ...settings,
  };
}
