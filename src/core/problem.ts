/** Something a parser could not read as it should be. Collected, never thrown. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Counting from 1. */
  readonly line: number;
  readonly message: string;
}
