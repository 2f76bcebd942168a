import type { Answer, MatchModule } from '../match';
import { matchesInterface } from './generic';
import { each, unless, valueOf } from './values';

/** Bridge ports of a packet that br_netfilter passes to the IP hooks (net/netfilter/xt_physdev.c). */
export const physdev: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      const port = valueOf(use);
      switch (use.flag) {
        case '--physdev-in':
          return {
            test: ({ physIn }) => (physIn !== undefined && matchesInterface(port, physIn)) !== use.negated,
            words: () =>
              unless(use, `that enter through bridge port ${port}`, `that do not enter through bridge port ${port}`),
          };
        case '--physdev-out':
          return {
            test: ({ physOut }) => (physOut !== undefined && matchesInterface(port, physOut)) !== use.negated,
            words: () =>
              unless(use, `that leave through bridge port ${port}`, `that do not leave through bridge port ${port}`),
          };
        case '--physdev-is-in':
          return {
            test: ({ physIn }) => (physIn !== undefined) !== use.negated,
            words: () => unless(use, 'that came through a bridge port', 'that did not come through a bridge port'),
          };
        case '--physdev-is-out':
          return {
            test: ({ physOut }) => (physOut !== undefined) !== use.negated,
            words: () => unless(use, 'that leave through a bridge port', 'that do not leave through a bridge port'),
          };
        case '--physdev-is-bridged':
          return {
            test: ({ bridged }) => bridged !== use.negated,
            words: () => unless(use, 'that are bridged', 'that are routed, not bridged'),
          };
        default:
          return undefined;
      }
    }),
};

function notSimulated(subject: string, text: string, inverted: boolean): Answer {
  return { kind: 'unknown', code: 'match-not-simulated', subject, text, inverted, perPacket: true };
}

export const mac: MatchModule = {
  bind: (options) =>
    each(options, (use) => ({
      test: ({ macSource }) => {
        // Without a frame to look at nothing matches (net/netfilter/xt_mac.c).
        if (macSource === null) return false;
        if (macSource !== undefined) return (macSource.toLowerCase() === valueOf(use).toLowerCase()) !== use.negated;
        return notSimulated(`mac ${valueOf(use)}`, `the frame's source is ${valueOf(use)}`, use.negated);
      },
      words: () => unless(use, `from MAC ${valueOf(use)}`, `not from MAC ${valueOf(use)}`),
    })),
};

/** The tracer sends to one receiver: link-layer unicast. */
export const pkttype: MatchModule = {
  bind: (options) =>
    each(options, (use) => ({
      test: () => (valueOf(use).toLowerCase() === 'unicast') !== use.negated,
      words: () => unless(use, `sent as ${valueOf(use)}`, `not sent as ${valueOf(use)}`),
    })),
};
