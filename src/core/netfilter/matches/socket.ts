import { type Answer, type MatchModule, not } from '../match';
import { each, unless, valueOf } from './values';

const SUBJECTS: Readonly<Record<string, string>> = {
  '--uid-owner': 'user',
  '--gid-owner': 'group',
  '--pid-owner': 'process',
  '--sid-owner': 'session',
  '--cmd-owner': 'command',
};

/** The process that sends a packet; forwarded packets have none (net/netfilter/xt_owner.c). */
export const owner: MatchModule = {
  bind: (options) =>
    each(options, (use) => {
      if (use.flag === '--suppl-groups') return { test: () => true, words: () => '' };
      if (use.flag === '--socket-exists')
        return {
          test: (view) => (view.socket !== undefined) !== use.negated,
          words: () => unless(use, 'sent by a process of this node', 'not sent by a process of this node'),
        };
      const subject = SUBJECTS[use.flag];
      if (subject === undefined) return undefined;
      const who = `${subject} ${valueOf(use)}`;
      return {
        test: (view): Answer => {
          // The kernel's own sockets have no file, and so no owner.
          if (view.socket !== 'program') return use.negated;
          const unknown = {
            kind: 'unknown',
            code: 'socket-owner-unknown',
            subject: `owner ${use.flag} ${valueOf(use)}`,
            text: `the sending process belongs to ${who}`,
          } as const;
          return use.negated ? not(unknown) : unknown;
        },
        words: () => unless(use, `sent by ${who}`, `not sent by ${who}`),
      };
    }),
};

/** Whether a local socket would take the packet (net/netfilter/xt_socket.c); a dump does not tell. */
export const socket: MatchModule = {
  bind: (options) => [
    {
      test: () => ({
        kind: 'unknown',
        code: 'socket-unknown',
        perPacket: true,
        subject: `socket ${options.map((use) => use.flag).join(' ')}`.trim(),
        text: 'a local socket takes the packet',
      }),
      words: () => 'that a local socket takes',
    },
  ],
};
