import type { PacketRecord, Sighting, SourceLine, Step, StepKind } from '../result';
import { record, type Skb } from './skb';
import type { Stack } from './stack';

/** What a step says beside where it happens. */
export interface StepDetail {
  readonly hook?: string;
  readonly table?: string;
  readonly chain?: string;
  readonly rule?: number;
  readonly text?: string;
  readonly source?: SourceLine;
  readonly before?: PacketRecord;
  readonly outer?: readonly Step[];
}

/** Writes down the steps of one leg, and what captures would show. */
export class Recorder {
  readonly steps: Step[] = [];

  constructor(
    readonly sightings: Sighting[] = [],
    /** In how many tunnels the packet is. */
    readonly depth = 0,
  ) {}

  step(stack: Stack, skb: Skb, kind: StepKind, effect: string, detail: StepDetail = {}): void {
    const packet = record(skb);
    const changed = detail.before && JSON.stringify(detail.before) !== JSON.stringify(packet);
    this.steps.push({
      node: stack.node,
      namespace: stack.name,
      kind,
      hook: detail.hook ?? null,
      table: detail.table ?? null,
      chain: detail.chain ?? null,
      rule: detail.rule ?? null,
      text: detail.text ?? '',
      effect,
      packet,
      ...(changed && { before: detail.before }),
      source: detail.source ?? null,
      ...(detail.outer && { outer: detail.outer }),
    });
  }

  /** The packet passes an interface, where tcpdump would show it. */
  sight(stack: Stack, skb: Skb, device: string, direction: 'in' | 'out', promiscuous = false): void {
    this.sightings.push({
      node: stack.node,
      namespace: stack.name,
      interface: device,
      direction,
      packet: { ...record(skb), in: direction === 'in' ? device : null, out: direction === 'out' ? device : null },
      outer: this.depth > 0,
      ...(promiscuous && { promiscuous }),
    });
  }

  /** The packet leaves by an interface. Gives what takes it back, where it turns out that nobody is there to send it to. */
  sent(stack: Stack, skb: Skb, device: string): () => void {
    const [steps, sightings] = [this.steps.length, this.sightings.length];
    this.sight(stack, skb, device, 'out');
    this.step(stack, skb, 'link', `sent on ${device}`, { text: device });
    return () => {
      this.steps.length = steps;
      this.sightings.length = sightings;
    };
  }

  /** For the outer packet of a tunnel: its steps are kept apart, its sightings are not. */
  nested(): Recorder {
    return new Recorder(this.sightings, this.depth + 1);
  }
}
