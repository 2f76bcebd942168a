import { formatRange, inRange, type Range } from '../../net/range';
import type { Answer, PacketView } from '../match';

/** Below this share of the ports that NAT draws from, none is taken to be drawn. */
const NEGLIGIBLE = 0.01;

/** Whether a port is in one of the ranges. What NAT has drawn may be in a range that is wide enough, or not. */
export function portIn(
  { drawnFrom }: Partial<Pick<PacketView, 'drawnFrom'>>,
  port: number | undefined,
  ranges: readonly Range[],
): Answer {
  if (port === undefined) return false;
  const drawn = drawnFrom?.(port);
  if (!drawn) return ranges.some((range) => inRange(range, port));
  const shared = ranges.map((range) => Math.min(range.to, drawn.to) - Math.max(range.from, drawn.from) + 1);
  const share = shared.reduce((sum, count) => sum + Math.max(count, 0), 0) / (drawn.to - drawn.from + 1);
  if (share < NEGLIGIBLE || share > 1 - NEGLIGIBLE) return share > 0.5;
  const list = ranges.map(formatRange).join(', ');
  const text = `the port that NAT draws, for which ${port} is shown, is in ${list}`;
  return { kind: 'unknown', code: 'port-drawn', subject: `drawn port ${port} in ${list}`, text };
}

/** Yes where one of two answers is. */
export function either(one: Answer, other: Answer): Answer {
  if (one === true || other === false) return one;
  return other === true || one === false ? other : one;
}
