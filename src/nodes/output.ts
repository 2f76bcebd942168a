import { isUtf8 } from 'node:buffer';
import type { Output } from '../core/snapshot/format';
import type { Attempt } from './batch/batch';
import { commandLine } from './batch/quote';

/**
 * What a snapshot keeps of a command. Bytes that are not UTF-8 are read as Latin-1, so that none is lost, and
 * `encoding` says so. What was cut off is left out: half a table would be taken for a whole one.
 */
export interface ReadOutput extends Output {
  readonly encoding?: 'latin1';
}

/** `words`: the command as whoever is in the namespace would type it. */
export function outputOf(words: readonly string[], attempt: Attempt, limits: string): ReadOutput {
  const command = commandLine(words);
  if (attempt.cut) {
    const stderr = `${text(attempt.stderr).replace(/(\S)$/, '$1\n')}hoplens: stopped, as it ${limits}; what it had printed is left out\n`;
    // As timeout(1) has it.
    return { command, exitCode: 124, stdout: '', stderr };
  }
  const { stdout } = attempt;
  const encoding = isUtf8(stdout) ? {} : { encoding: 'latin1' as const };
  return { command, exitCode: attempt.code, stdout: text(stdout), stderr: text(attempt.stderr), ...encoding };
}

function text(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/** Where programs say what is wrong, after what led to it. */
export function lastLine(stderr: string): string {
  return stderr.trimEnd().replace(/^[^]*\n/, '');
}
