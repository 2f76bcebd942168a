import type { LegName, Stack, Stop } from '../way';
import type { LaidOverOutcome, Mark } from './laid-over';

/** Whether what a stop of the way predicts was seen. Undefined where a stop is no interface: nothing is to be seen there. */
export function stopMark({ sightings }: LaidOverOutcome, leg: LegName, stack: Stack, stop: Stop): Mark | undefined {
  if (stop.kind !== 'interface') return undefined;
  const { name, direction, outer, packet } = stop;
  return (
    sightings.find(
      ({ leg: own, sighting: one }) =>
        own === leg &&
        one.node === stack.node &&
        one.namespace === stack.namespace &&
        one.interface === name &&
        one.direction === direction &&
        one.outer === outer &&
        one.packet.src === packet.src &&
        one.packet.dst === packet.dst,
    )?.mark ?? 'unknown'
  );
}
