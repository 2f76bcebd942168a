export function bundleTests(
  files: readonly string[],
  outfile: string,
  options?: { readonly format?: 'cjs' | 'esm' },
): Promise<void>;
