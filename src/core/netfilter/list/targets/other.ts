import type { TargetPhrase } from './phrases';

const LOG_FLAGS = '[seq| tcp-sequence][tcpOptions| tcp-options][ipOptions| ip-options][uid| uid][mac| macdecode]';
const HMARK_MASKS =
  '[ sport-mask {sportMask:hex4}][ dport-mask {dportMask:hex4}][ spi-mask {spiMask:hex8}][ sport {sport:hex4}]' +
  '[ dport {dport:hex4}][ spi {spi:hex8}][ proto-mask {protoMask:hex2}][ rnd {rnd:hex8}]';
const SAVED_HMARK_MASKS =
  '[ --hmark-sport-mask {sportMask}][ --hmark-dport-mask {dportMask}][ --hmark-spi-mask {spiMask}]' +
  '[ --hmark-sport {sport}][ --hmark-dport {dport}][ --hmark-spi {spi}][ --hmark-proto-mask {protoMask}][ --hmark-rnd {rnd}]';

/** Targets that note, queue, hash or adjust (extensions/libxt_LOG.c and its like). */
export const OTHER: readonly TargetPhrase[] = [
  [
    'LOG',
    'LOG flags {flags:logFlags} level {level:logLevel}[ prefix {prefix:tail}]',
    '[ --log-prefix {prefix}][ --log-level {level}]{flags}',
  ],
  [
    'LOG',
    `LOG level {level:logLevel}${LOG_FLAGS}[ prefix {prefix:tail}]`,
    '[ --log-prefix {prefix}][ --log-level {level}]' +
      '[seq| --log-tcp-sequence][tcpOptions| --log-tcp-options][ipOptions| --log-ip-options][uid| --log-uid][mac| --log-macdecode]',
  ],
  [
    'NFLOG',
    '[nflog-prefix {prefix:saved}][~nflog-group {group:number}][~nflog-size {size:number}][~nflog-range {range:number}][~nflog-threshold {threshold:number}]',
    '[ --nflog-prefix {prefix}][ --nflog-group {group}][ --nflog-size {size}][ --nflog-range {range}][ --nflog-threshold {threshold}]',
  ],
  [
    'ULOG',
    'ULOG copy_range {range:number} nlgroup {group:number}[ prefix {prefix:raw}] queue_threshold {threshold:number}',
    '[ --ulog-prefix {prefix}] --ulog-nlgroup {group} --ulog-cprange {range} --ulog-qthreshold {threshold}',
  ],
  [
    'NFQUEUE',
    'NFQUEUE num {queue:number}[bypass| bypass][cpu| cpu-fanout]',
    '--queue-num {queue}[bypass| --queue-bypass][cpu| --queue-cpu-fanout]',
  ],
  [
    'NFQUEUE',
    'NFQUEUE balance {queues:range}[bypass| bypass][cpu| cpu-fanout]',
    '--queue-balance {queues}[bypass| --queue-bypass][cpu| --queue-cpu-fanout]',
  ],
  ['TCPMSS', 'TCPMSS clamp to PMTU', '--clamp-mss-to-pmtu'],
  ['TCPMSS', 'TCPMSS set {mss:number}', '--set-mss {mss}'],
  ['TCPOPTSTRIP', 'TCPOPTSTRIP options {options:tcpOptions}', '--strip-options {options}'],
  ['TCPOPTSTRIP', 'TCPOPTSTRIP options', ''],
  ['CHECKSUM', 'CHECKSUM fill', '--checksum-fill'],
  ['CLASSIFY', 'CLASSIFY set {class:classId}', '--set-class {class}'],
  ['AUDIT', 'AUDIT {type:list}', '--type {type}'],
  ['CONNSECMARK', 'CONNSECMARK save', '--save'],
  ['CONNSECMARK', 'CONNSECMARK restore', '--restore'],
  ['SECMARK', 'SECMARK selctx {context:word}', '--selctx {context}'],
  [
    'SET',
    '[add-set {add:word} {addParts:directions}][exist|~exist][~timeout {timeout:number}][~del-set {del:word} {delParts:directions}]' +
      '[~map-set {map:word} {mapParts:directions}][mark| map-mark][prio| map-prio][queue| map-queue]',
    '[ --add-set {add} {addParts}][exist| --exist][ --timeout {timeout}][ --del-set {del} {delParts}]' +
      '[ --map-set {map} {mapParts}][mark| --map-mark][prio| --map-prio][queue| --map-queue]',
  ],
  [
    'SYNPROXY',
    'SYNPROXY[sack| sack-perm][timestamp| timestamp][ wscale {wscale:number}][ mss {mss:number}][ecn| ecn]',
    '[sack| --sack-perm][timestamp| --timestamp][ --wscale {wscale}][ --mss {mss}][ecn| --ecn]',
  ],
  [
    'IDLETIMER',
    'timeout:{timeout:number} label:{label:word}[alarm| alarm]',
    '--timeout {timeout} --label {label}[alarm| --alarm]',
  ],
  [
    'RATEEST',
    'name {name:word} interval {interval:word} ewmalog {log:word}',
    '--rateest-name {name} --rateest-interval {interval} --rateest-ewmalog {log}',
  ],
  [
    'LED',
    'led-trigger-id:{id:quoted} led-delay:0ms[blink| led-always-blink]',
    '--led-trigger-id {id}[blink| --led-always-blink]',
  ],
  [
    'LED',
    'led-trigger-id:{id:quoted} led-delay:{delay:number}ms[blink| led-always-blink]',
    '--led-trigger-id {id} --led-delay {delay}[blink| --led-always-blink]',
  ],
  [
    'LED',
    'led-trigger-id:{id:quoted} led-delay:inf[blink| led-always-blink]',
    '--led-trigger-id {id} --led-delay inf[blink| --led-always-blink]',
  ],
  [
    'HMARK',
    `HMARK[ mod {mod:number}][ + {offset:decimal}][ct| ct,][ src-prefix {src:number}][ dst-prefix {dst:number}]${HMARK_MASKS}`,
    `[ --hmark-src-prefix {src}][ --hmark-dst-prefix {dst}]${SAVED_HMARK_MASKS}[ --hmark-mod {mod}][ --hmark-offset {offset}][ct| --hmark-tuple ct]`,
  ],
  [
    'CLUSTERIP',
    'CLUSTERIP[ hashmode={mode:word} clustermac={mac:word} total_nodes={total:number} local_node={local:number} hash_init={init:number}]',
    '[ --new --hashmode {mode} --clustermac {mac} --total-nodes {total} --local-node {local} --hash-init {init}]',
  ],
];
