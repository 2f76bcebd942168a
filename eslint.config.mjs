import tseslint from 'typescript-eslint';

/** The arrows of the house: core ← nodes ← features. See CONTRIBUTING.md. */
const pureCore = {
  patterns: [
    { regex: '^(vscode|ssh2|node:.*|fs|path|os|child_process|zlib|crypto)$', message: 'src/core is pure: no I/O.' },
    { regex: '/(nodes|features|webview)(/|$)', message: 'src/core must not know the rooms built on it.' },
  ],
};
const nodesRoom = {
  patterns: [
    { regex: '^vscode$', message: 'src/nodes touches machines, not the editor.' },
    { regex: '/(features|webview)(/|$)', message: 'src/nodes must not know src/features.' },
  ],
};

export default tseslint.config(
  { ignores: ['dist/', '.vscode-test/', 'node_modules/', 'test/out/'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'ExportAllDeclaration', message: 'No barrel files: import from where a thing is defined.' },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', pureCore],
      'no-restricted-globals': ['error', 'process', 'Buffer', 'setTimeout', 'fetch', 'console', 'require'],
    },
  },
  { files: ['src/nodes/**/*.ts'], rules: { 'no-restricted-imports': ['error', nodesRoom] } },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
);
