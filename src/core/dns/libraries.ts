import type { CLibrary } from './resolv-conf';

/** A name server, in the order of resolv.conf. */
export interface AskedServer {
  readonly address: string;
  /** Whether it knows the names of services. */
  readonly cluster: boolean;
  /** Whether a question arrives there and its answer comes back; undefined where that is not known. */
  readonly answers: boolean | undefined;
}

/**
 * What a C library makes of its name servers. glibc asks them in order, the next one after a timeout or SERVFAIL, and
 * takes NXDOMAIN for an answer (resolv.conf(5)); musl asks all at once and takes the first answer.
 */
export function libraryWords(library: CLibrary, servers: readonly AskedServer[], isFound: boolean): string {
  if (!isFound) return 'it asks for the name as it stands, since it has as many dots as ndots, and does not find it';
  if (servers.length === 0) return 'no name server is known';
  return library === 'glibc' ? glibcWords(servers) : muslWords(servers);
}

function glibcWords(servers: readonly AskedServer[]): string {
  const words: string[] = [];
  for (const { address, cluster, answers } of servers) {
    const next = words.length === 0 ? `it asks ${address} first` : `then it asks ${address}`;
    if (answers === false) words.push(`${next} and waits for it in vain`);
    else if (cluster) return [...words, `${next}, which knows the name`].join('; ');
    else return [...words, `${next}, and takes its answer, also where that is that there is no such name`].join('; ');
  }
  return [...words, 'so the name is not resolved'].join('; ');
}

function muslWords(servers: readonly AskedServer[]): string {
  const answering = servers.filter(({ answers }) => answers !== false);
  const list = (some: readonly AskedServer[]): string => some.map(({ address }) => address).join(' and ');
  const all = servers.length === 1 ? `it asks ${list(servers)}` : `it asks ${list(servers)} at once`;
  const wrong = answering.filter(({ cluster }) => !cluster);
  if (answering.length === 0) return `${all} and waits in vain, so the name is not resolved`;
  if (wrong.length === 0) return `${all}; the cluster's knows the name`;
  if (wrong.length === answering.length)
    return `${all} and takes the answer of ${list(wrong)}, also where that is that there is no such name`;
  return `${all} and takes the first answer: that of ${list(wrong)} can win, and may be that there is no such name`;
}
