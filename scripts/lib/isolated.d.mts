export function isolated(command: readonly string[], options?: { readonly network?: boolean }): string[];
