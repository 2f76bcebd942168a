/** A word as sh takes it, whatever is in it but NUL, which no command line can hold. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command line of these words. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}
