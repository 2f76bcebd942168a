/** How a table's hook ends for a packet. */
export type TableVerdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly by: 'rule' | 'policy' | 'clash'; readonly text: string }
  | { readonly kind: 'reject'; readonly with: string; readonly text: string }
  | { readonly kind: 'undetermined'; readonly text: string };

export const ACCEPT: TableVerdict = { kind: 'accept' };
