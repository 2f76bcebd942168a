import assert from 'node:assert/strict';
import type { Verdict } from '../../../src/core/trace/result';
import type { Observation } from '../lab/observe';
import { seenOn } from './founding-case';

/** An experiment of the founding document, or one that follows from it. */
export interface Experiment {
  readonly title: string;
  /** `worker`, or a node and the name of a pod: `worker alpine`. */
  readonly from: string;
  readonly to: string;
  /** Of worker and master, where it is another than a strict worker's and a lax master's. */
  readonly rpFilter?: readonly [string, string];
  /** Whether the worker masquerades what leaves by its tunnel. */
  readonly masquerade?: boolean;
  readonly verdict: Verdict;
  /** The address that the server sees. */
  readonly source?: RegExp;
  /** Where request and reply have to be seen. */
  readonly request?: string;
  readonly reply?: string;
  /** The only node that the request may be seen on. */
  readonly stays?: string;
}

export const STRICT_WORKER = ['1:1:1', '0'] as const;
export const STRICT_MASTER = ['0', '1'] as const;

export const EXPERIMENTS: readonly Experiment[] = [
  {
    title: 'worker host → pod: works, from the address of flannel0',
    from: 'worker',
    to: '10.1.63.3:80',
    verdict: 'connected',
    source: /^10\.1\.9\.0$/,
  },
  {
    title: 'worker host → service: SYN out of flannel0, SYN+ACK in on eth0, no connection',
    from: 'worker',
    to: '10.0.0.103:80',
    verdict: 'no-reply',
    request: 'worker flannel0',
    reply: 'worker eth0',
  },
  {
    title: 'worker container → service: works',
    from: 'worker alpine',
    to: '10.0.0.103:80',
    verdict: 'connected',
    source: /^10\.1\.9\./,
  },
  {
    title: 'worker host → service, with MASQUERADE: works, from the address of flannel0',
    from: 'worker',
    to: '10.0.0.103:80',
    masquerade: true,
    verdict: 'connected',
    source: /^10\.1\.9\.0$/,
  },
  {
    title: 'master host → service on the master: works, over docker0',
    from: 'master',
    to: '10.0.0.103:80',
    verdict: 'connected',
    request: 'master docker0',
    stays: 'master',
  },
  {
    title: 'master container → service on the master: works',
    from: 'master g5',
    to: '10.0.0.103:80',
    verdict: 'connected',
  },
  {
    title: 'master host → service on the worker: the strict worker drops the SYN itself',
    from: 'master',
    to: '10.0.0.106:80',
    verdict: 'dropped',
  },
  {
    title: 'master host → service on the worker, with master strict and worker lax: as for the worker host',
    from: 'master',
    to: '10.0.0.106:80',
    rpFilter: STRICT_MASTER,
    verdict: 'no-reply',
    reply: 'master eth0',
  },
];

/** Fails where an observation is another one than the document's. */
export function assertSeen(experiment: Experiment, { verdict, source, legs }: Observation): void {
  const { request, reply, stays } = experiment;
  assert.equal(verdict, experiment.verdict);
  if (experiment.source) assert.match(source?.replace(/:\d+$/, '') ?? '', experiment.source);
  if (request !== undefined) assert.ok(seenOn(legs.request, request), `no request on ${request}`);
  if (reply !== undefined) assert.ok(seenOn(legs.reply, reply), `no reply on ${reply}`);
  if (stays !== undefined)
    assert.deepEqual(
      legs.request.seen.filter(({ space }) => !space.startsWith(stays)),
      [],
    );
}
