import { run } from './process.mjs';
import { hasDisplay } from './desktop.mjs';
import { EDITORS } from './editors.mjs';
import { findProgram } from './programs.mjs';

const isOlder = (version, other) => version.localeCompare(other, 'en', { numeric: true }) < 0;

/** The user's own VS Code: { program, version }, or { reason } why it is not used. */
export async function installedEditor() {
  const program = findProgram('code');
  if (!program) return { reason: '`code` is not on your PATH' };
  if (!hasDisplay()) return { reason: 'there is no display' };
  // Inside a remote window `code` only talks to that window.
  if (process.env.VSCODE_IPC_HOOK_CLI) return { reason: '`code` here belongs to a remote window' };
  const { code, output } = await run(program, ['--version'], { capture: true, seconds: 30 });
  const [version = ''] = output.split('\n');
  if (code !== 0 || !/^\d+\.\d+\.\d+/.test(version)) return { reason: '`code --version` does not answer' };
  if (isOlder(version, EDITORS.oldest.desktop)) return { reason: `\`code\` is VS Code ${version}, which is too old` };
  return { program, version };
}
