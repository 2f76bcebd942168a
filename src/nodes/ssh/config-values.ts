import type { Destination } from './destination';

/** What a configuration says of a host: values by the option's name in lower case, in the order in which they count. */
export type ConfigValues = ReadonlyMap<string, readonly string[]>;

/** Asks a configuration. Throws an SshError where it cannot be read. */
export type ConfigReader = (destination: Destination, signal: AbortSignal | undefined) => Promise<ConfigValues>;

/** Words separated by blanks, `"…"` around those that hold some. */
export function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
