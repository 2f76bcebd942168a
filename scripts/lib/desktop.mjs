// VS Code itself, where its download host answers and this machine can show it.
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from './process.mjs';
import { findProgram } from './programs.mjs';
import { EDITORS } from './editors.mjs';

/** For how long nothing may arrive. */
const IDLE_MS = 15_000;
const silent = { report: () => undefined, error: () => undefined };

export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

/** Where a test run notes that there is no download, so as not to try again for each step. */
const note = process.env.HOPLENS_RUN_FOLDER && `${process.env.HOPLENS_RUN_FOLDER}/no-download`;

async function download(version) {
  if (note && existsSync(note)) return { reason: readFileSync(note, 'utf8') };
  try {
    return { program: await downloadAndUnzipVSCode({ version, timeout: IDLE_MS, reporter: silent }) };
  } catch (error) {
    const reason = `VS Code cannot be downloaded (${error.message})`;
    if (note) writeFileSync(note, reason);
    return { reason };
  }
}

async function missingLibraries(program) {
  if (process.platform !== 'linux') return [];
  const { output } = await run('ldd', [program], { capture: true, seconds: 30 });
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map(([, library]) => library);
}

/**
 * The command that starts one of EDITORS on a screen, or on a pretended one: { command: [program, …] }, or { reason }
 * if there is none here.
 */
export async function desktopEditor(editor, { screen }) {
  const pretended = !hasDisplay();
  if (pretended && (screen === 'real' || !findProgram('xvfb-run'))) return { reason: 'there is no display' };
  const { program, reason } = await download(EDITORS[editor].desktop);
  if (!program) return { reason };
  const libraries = await missingLibraries(program);
  if (libraries.length > 0) return { reason: `VS Code lacks libraries here (${libraries.join(', ')})` };
  return { command: pretended ? [findProgram('xvfb-run'), '-a', program] : [program] };
}
