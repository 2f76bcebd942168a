import type { Range } from '../../net/range';

/** Ports that the kernel draws in one run: others are shown in their place, each another. */
export class DrawnPorts {
  private readonly ranges = new Map<number, Range>();

  /** A port of `range` to show for one that is drawn from it: the first that is free. */
  draw(range: Range, isFree: (port: number) => boolean): number {
    let port = range.from;
    while (port < range.to && (this.ranges.has(port) || !isFree(port))) port++;
    this.ranges.set(port, range);
    return port;
  }

  /** What a port is drawn from; undefined for one that is what it seems. */
  rangeOf(port: number): Range | undefined {
    return this.ranges.get(port);
  }
}
