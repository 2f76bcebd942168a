import type { NetworkNamespace } from '../snapshot/namespace';

/** Where programs and filters may handle packets before and behind all rules. */
export interface PacketPrograms {
  /** Interfaces with an XDP program: it sees what comes in before anything else does. */
  readonly xdp: readonly string[];
  /** Interfaces with tc's qdisc clsact or ingress, for which filters and eBPF programs are made (tc-bpf(8)). */
  readonly tc: readonly string[];
}

export function packetPrograms(namespace: NetworkNamespace): PacketPrograms {
  return {
    xdp: (namespace.interfaces ?? []).filter((device) => device.xdp).map(({ name }) => name),
    tc: hookedByTc(namespace.output('tc-qdisc')?.stdout ?? ''),
  };
}

/** From `tc [-j] qdisc`. */
function hookedByTc(text: string): string[] {
  const printed = /^\s*\[/.test(text)
    ? /"kind":\s*"(?:clsact|ingress)"[^{}]*?"dev":\s*"([^"]+)"/g
    : /^qdisc (?:clsact|ingress) \S+ dev (\S+)/gm;
  return [...new Set([...text.matchAll(printed)].map(([, name = '']) => name))];
}
