import type { Cluster } from '../../snapshot/cluster';
import type { Finding } from '../result';
import type { Run, TracedLeg } from '../simulator/simulate';
import { asymmetry } from './asymmetry';
import { failure } from './failure';
import { flavoursAtOdds } from './flavours';
import { mtuFindings } from './mtu';
import { overlayNotes } from './overlay-notes';
import { staleConnections } from './stale-connection';
import { unexpectedOwner } from './owner';
import type { LegName } from '../simulator/context';

/** What an expert would say of a run: why it fails, or what may make it fail. */
export function findingsOf(cluster: Cluster, run: Run): Finding[] {
  const failed = failedLeg(run);
  return [
    ...(failed ? [failure(cluster, run, failed)] : asymmetry(cluster, run)),
    ...flavoursAtOdds(run, failed?.traced),
    ...staleConnections(cluster, run),
    ...unexpectedOwner(cluster, run),
    ...overlayNotes(cluster, run),
    ...mtuFindings(cluster, run),
  ];
}

function failedLeg(run: Run): { name: LegName; traced: TracedLeg } | undefined {
  if (run.verdict === 'connected') return undefined;
  if (run.data) return { name: 'data', traced: run.data };
  if (run.ack) return { name: 'ack', traced: run.ack };
  if (run.reply) return { name: 'reply', traced: run.reply };
  return { name: 'request', traced: run.request };
}
