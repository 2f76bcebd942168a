import { formatAddress, parseAddress } from '../../net/address';
import type { Answer, Condition, MatchModule, PacketView } from '../match';
import type { OptionUse } from '../syntax';
import { readNumber } from '../../net/range';
import { valueOf } from './values';

/*
 * Matches whose answer depends on the packets before. A dump does not hold that history, and the tracer sends the
 * first packet of a first connection: the answer is the one for that packet, told as an assumption once.
 */

function first(value: boolean, text: string): Answer {
  return { kind: 'assumed', value, text };
}

function one(test: () => Answer, words: string): Condition[] {
  return [{ test, words: () => words }];
}

function find(options: readonly OptionUse[], ...flags: string[]): OptionUse | undefined {
  return options.find((use) => flags.includes(use.flag));
}

/** A token bucket that starts full (net/netfilter/xt_limit.c). */
export const limit: MatchModule = {
  bind: (options) => {
    const rate = find(options, '--limit');
    const text = rate ? valueOf(rate) : '3/hour';
    const negated = rate?.negated === true;
    return one(() => first(!negated, `limit ${text} is not used up`), negated ? `beyond ${text}` : `up to ${text}`);
  },
};

export const hashlimit: MatchModule = {
  bind: (options) => {
    const above = find(options, '--hashlimit-above');
    const upto = find(options, '--hashlimit-upto', '--hashlimit');
    const rate = above ?? upto;
    if (!rate) return undefined;
    const beyond = (above !== undefined) !== rate.negated;
    const text = `${valueOf(rate)} per bucket`;
    return one(
      () => first(!beyond, `hashlimit ${valueOf(rate)} is not used up`),
      beyond ? `beyond ${text}` : `up to ${text}`,
    );
  },
};

/** Stamps that the kernel keeps of an address (net/netfilter/xt_recent.c `ip_pkt_list_tot`). */
const MOST_STAMPS = 20;

/**
 * The list of recently seen addresses is taken as empty, until the trace itself notes one (net/netfilter/xt_recent.c).
 * `! --set` notes and `! --remove` removes as the plain ones do: only the answer is inverted.
 */
export const recent: MatchModule = {
  bind: (options) => {
    const list = find(options, '--name');
    const name = list ? valueOf(list) : 'DEFAULT';
    const use = find(options, '--set', '--rcheck', '--update', '--remove');
    if (!use) return undefined;
    const hits = Number(valueOf(find(options, '--hitcount') ?? { values: [] }) || 1);
    const mask = parseAddress(valueOf(find(options, '--mask') ?? { values: [] }))?.value;
    const keyOf = ({ packet }: PacketView): string => {
      const { family, value } = find(options, '--rdest') ? packet.dst : packet.src;
      return formatAddress({ family, value: mask === undefined ? value : value & mask });
    };
    const countOf = (view: PacketView): number => view.recentList(name).get(keyOf(view)) ?? 0;
    const note = (view: PacketView): void => {
      view.recentList(name).set(keyOf(view), Math.min(countOf(view) + 1, MOST_STAMPS));
    };
    if (use.flag === '--set')
      return [{ test: () => !use.negated, act: note, words: () => `whose source is then noted in list ${name}` }];
    const seconds = find(options, '--seconds');
    const age = seconds ? ` in the last ${valueOf(seconds)} s` : '';
    return [
      {
        test: (view) => {
          const count = countOf(view);
          if (count === 0) return first(use.negated, `list ${name} does not hold the address yet`);
          return (use.flag === '--remove' || count >= hits) !== use.negated;
        },
        act: (view, held) => {
          if (use.flag === '--remove') view.recentList(name).delete(keyOf(view));
          // Only what matches is noted again.
          else if (use.flag === '--update' && held && countOf(view) > 0) note(view);
        },
        words: () => `whose source was ${use.negated ? 'not ' : ''}seen${age} (list ${name})`,
      },
    ];
  },
};

/** Parallel connections per client: this one is the first. */
export const connlimit: MatchModule = {
  bind: (options) => {
    const above = find(options, '--connlimit-above');
    const upto = find(options, '--connlimit-upto');
    const use = above ?? upto;
    const count = use && readNumber(valueOf(use));
    if (!use || count === undefined) return undefined;
    const beyond = (above !== undefined) !== use.negated;
    const within = 1 <= count;
    return one(
      () => first(beyond ? !within : within, 'the client has no other connection'),
      beyond ? `of clients with more than ${count} connections` : `of clients with at most ${count} connections`,
    );
  },
};

export const quota: MatchModule = {
  bind: (options) => {
    const use = find(options, '--quota');
    if (!use) return undefined;
    return one(
      () => first(!use.negated, `quota of ${valueOf(use)} bytes is not used up`),
      `within a quota of ${valueOf(use)} bytes`,
    );
  },
};
