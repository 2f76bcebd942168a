import { type Address, formatAddress, formatSocket } from '../../net/address';
import { flagsText } from '../../net/packet';
import { protocolTitle } from '../../net/protocol';
import type { Unknown } from '../../netfilter/match';
import type { Cluster } from '../../snapshot/cluster';
import type { Choices, Question } from '../choices';
import type { DrawnPorts } from './drawn-ports';
import type { Recorder } from './recorder';
import type { Assumed } from '../result';
import type { Skb } from './skb';
import type { Stack } from './stack';
import type { Wiring } from './wiring';

/** What a packet's way needs beside the packet: the cluster, the choices of this run, and where to write. */
export interface Walk {
  readonly cluster: Cluster;
  readonly wiring: Wiring;
  readonly choices: Choices;
  readonly drawn: DrawnPorts;
  readonly recorder: Recorder;
  /** Which packet of the run is on its way: the request, its reply … */
  readonly leg: LegName;
  /** Told once per trace, by code and place. */
  readonly assumed: Map<string, Assumed>;
}

export type LegName = 'request' | 'reply' | 'ack' | 'data';

/** Takes something as given, and says so once. */
export function assume(walk: Walk, code: string, node: string | null, text: string): void {
  walk.assumed.set(`${code} ${node ?? ''} ${text}`, { code, node, text });
}

/** `SYN 10.0.0.1:40000 → 10.0.0.2:80` */
function describePacket({ packet }: Skb): string {
  const { src, dst, sport, dport, flags } = packet;
  const kind = flags === undefined ? protocolTitle(packet.proto) : flagsText(flags);
  return `${kind} ${formatSocket(src, sport)} → ${formatSocket(dst, dport)}`;
}

/** Puts a yes-or-no question that a match could not answer. */
export function decideUnknown(walk: Walk, stack: Stack, skb: Skb, unknown: Unknown): boolean {
  const which = unknown.perPacket === true ? ` for ${walk.leg} ${describePacket(skb)}` : '';
  const question: Question = {
    id: `${stack.title} ${unknown.subject}${which}`,
    code: unknown.code,
    node: stack.node,
    key: unknown.subject,
    domain: ['yes', 'no'],
    text: ([value]) =>
      value === 'yes'
        ? `${unknown.text} on ${stack.title}${which}`
        : `it is not so that ${unknown.text} on ${stack.title}${which}`,
  };
  const yes = walk.choices.decide(question, [['yes'], ['no']]) === 0;
  return yes !== (unknown.inverted === true);
}

/** Puts the question which value a sysctl has, where it is not known. Returns the index of the class it falls into. */
export function decideSysctl(
  walk: Walk,
  stack: Stack,
  code: string,
  key: string,
  domain: readonly string[],
  classes: readonly (readonly string[])[],
): number {
  const known = stack.sysctl(key);
  if (known !== undefined)
    return Math.max(
      0,
      classes.findIndex((members) => members.includes(known)),
    );
  const question: Question = {
    id: `${stack.title} ${key}`,
    code,
    node: stack.node,
    key,
    domain,
    text: (values) => `${key} = ${values.join(' or ')} on ${stack.title}`,
  };
  return walk.choices.decide(question, classes);
}

/** A sysctl that is on or off. */
export function isOn(walk: Walk, stack: Stack, code: string, key: string): boolean {
  const known = stack.sysctl(key);
  if (known !== undefined) return known !== '0';
  return decideSysctl(walk, stack, code, key, ['0', '1'], [['1'], ['0']]) === 0;
}

/** Says once that a host on the wire or a pod was not collected and is taken to answer. */
export function assumeOwner(walk: Walk, stack: Stack, address: Address): void {
  assume(walk, 'on-link-owner', stack.node, `${formatAddress(address)} answers; it was not collected`);
}
