import type { MatchPhrase } from './phrases';

const TABLE =
  '[ mode {mode:hashMode}][ htable-size {size:number}][ htable-max {max:number}][ htable-gcinterval {gc:number}]' +
  '[ htable-expire {expire:number}][ srcmask {srcmask:number}][ dstmask {dstmask:number}]' +
  '[match| rate-match][ rate-interval {interval:number}]';
/** A listing does not show the name of the hash table, which is only seen in /proc. */
const SAVED_TABLE =
  '[ --hashlimit-mode {mode}][ --hashlimit-htable-size {size}][ --hashlimit-htable-max {max}]' +
  '[ --hashlimit-htable-gcinterval {gc}][ --hashlimit-htable-expire {expire}][ --hashlimit-srcmask {srcmask}]' +
  '[ --hashlimit-dstmask {dstmask}][match| --hashlimit-rate-match][ --hashlimit-rate-interval {interval}]';

/** How often, how much and when: matches with a memory, and the clock (extensions/libxt_limit.c and its like). */
export const RATE: readonly MatchPhrase[] = [
  [
    'hashlimit',
    `limit: up to {rate:word}[ burst {burst:word}]${TABLE}`,
    `--hashlimit-upto {rate}[ --hashlimit-burst {burst}]${SAVED_TABLE}`,
  ],
  [
    'hashlimit',
    `limit: above {rate:word}[ burst {burst:word}]${TABLE}`,
    `--hashlimit-above {rate}[ --hashlimit-burst {burst}]${SAVED_TABLE}`,
  ],
  // Before 1.4.1.
  [
    'hashlimit',
    `limit: avg {rate:word} burst {burst:number} mode {m:hashMode}${TABLE}`,
    `--hashlimit {rate} --hashlimit-burst {burst} --hashlimit-mode {m}${SAVED_TABLE}`,
  ],
  ['limit', 'limit: avg {rate:word} burst {burst:limitBurst}', '--limit {rate}[ --limit-burst {burst}]'],
  [
    'recent',
    '{!}recent:[set| SET][check| CHECK][update| UPDATE][remove| REMOVE][ seconds: {seconds:number}][reap| reap]' +
      '[ hit_count: {hits:number}][ttl| TTL-Match] name: {name:word}[ side: {side:side}][ mask: {mask:address}]',
    '[set| {!}--set][check| {!}--rcheck][update| {!}--update][remove| {!}--remove][ --seconds {seconds}]' +
      '[reap| --reap][ --hitcount {hits}][ttl| --rttl] --name {name}[ --mask {mask}][ --{side}]',
  ],
  [
    'statistic',
    'statistic mode random {!}probability {probability:word}',
    '--mode random {!}--probability {probability}',
  ],
  [
    'statistic',
    'statistic mode nth {!}every {every:number}[ packet {packet:number}]',
    '--mode nth {!}--every {every} --packet {packet=0}',
  ],
  // A listing prints `! --quota` and `--quota` alike.
  ['quota', 'quota: {bytes:number} bytes', '--quota {bytes} -m not-listed --quota-inverted {bytes}'],
  ['nfacct', 'nfacct-name {name:saved}', '--nfacct-name {name}'],
  [
    'time',
    'TIME[ from {start:word} to {stop:word}][ on {weekdays:weekdays}][ on {monthdays:monthdays}]' +
      '[ starting from {since:word} {sinceTime:word}][end| until date {until:word} {untilTime:word}][utc| UTC]' +
      '[whole| contiguous]',
    '[ --timestart {start} --timestop {stop}][ --monthdays {monthdays}][ --weekdays {weekdays}]' +
      '[ --datestart {since}T{sinceTime}][end| --datestop {until}T{untilTime}]' +
      // iptables-save 1.8 prints the end of time, where time_t has 64 bits.
      '[!end| --datestop 2038-01-19T03:14:07][!utc| --kerneltz][whole| --contiguous]',
  ],
  [
    'rateest',
    'rateest match {name:word} bps {rate:rate} {!}{op:compare}',
    '--rateest {name} {!}--rateest-{op} --rateest-bps {rate}',
  ],
  [
    'rateest',
    'rateest match {name:word} pps {!}{op:compare} {rate:number}',
    '--rateest {name} {!}--rateest-{op} --rateest-pps {rate}',
  ],
  [
    'rateest',
    'rateest match {name:word} delta bps {from:rate} {to:rate} {!}{op:compare}',
    '--rateest-delta --rateest {name} --rateest-bps1 {from} {!}--rateest-{op} --rateest-bps2 {to}',
  ],
  [
    'rateest',
    'rateest match {name:word} delta pps {from:number} {!}{op:compare} {to:number}',
    '--rateest-delta --rateest {name} --rateest-pps1 {from} {!}--rateest-{op} --rateest-pps2 {to}',
  ],
  [
    'rateest',
    'rateest match {name:word} {unit:rateUnit} {!}{op:compare} {other:word} {again:rateUnit}',
    '--rateest1 {name} {!}--rateest-{op} --rateest-{unit} --rateest2 {other}',
  ],
  [
    'rateest',
    'rateest match {name:word} delta {unit:rateUnit} {from:rate} {!}{op:compare} {other:word} {again:rateUnit} {to:rate}',
    '--rateest-delta --rateest1 {name} --rateest-{unit}1 {from} {!}--rateest-{op} --rateest-{unit}2 {to} --rateest2 {other}',
  ],
];
