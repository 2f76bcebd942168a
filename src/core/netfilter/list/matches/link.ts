import type { MatchPhrase } from './phrases';

const PORTS =
  '[isIn| {!a}--physdev-is-in][ {!b}--physdev-in {in:word}][isOut| {!c}--physdev-is-out]' +
  '[ {!d}--physdev-out {out:word}][bridged| {!e}--physdev-is-bridged]';

/** The link that a packet came by or leaves by, and the machine (extensions/libxt_physdev.c and its like). */
export const LINK: readonly MatchPhrase[] = [
  ['physdev', `PHYSDEV match${PORTS}`, PORTS.replaceAll(':word', '')],
  ['mac', 'MAC {!}{address:word}', '{!}--mac-source {address}'],
  ['pkttype', 'PKTTYPE {!}= {type:list}', '{!}--pkt-type {type}'],
  ['devgroup', '{!}src-group {group:word}', '{!}--src-group {group}'],
  ['devgroup', '{!}dst-group {group:word}', '{!}--dst-group {group}'],
  ['cpu', 'cpu {!}{cpu:number}', '{!}--cpu {cpu}'],
  [
    'cluster',
    'cluster {!}node_mask={mask:hex} total_nodes={total:number} hash_seed={seed:hex}',
    '{!}--cluster-local-nodemask {mask} --cluster-total-nodes {total} --cluster-hash-seed {seed}',
  ],
];
