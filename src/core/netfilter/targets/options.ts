import { type OptionTable, options } from '../option-table';

const NO_OPTIONS = options({});
const NAT_RANGE = '--random --random-fully --persistent';

/** Every target extension of iptables 1.8 (iptables-extensions(8)), and the built-in verdicts. */
export const TARGET_OPTIONS: Readonly<Record<string, OptionTable>> = {
  ACCEPT: NO_OPTIONS,
  DROP: NO_OPTIONS,
  RETURN: NO_OPTIONS,
  QUEUE: NO_OPTIONS,
  AUDIT: options({ 1: '--type' }),
  CHECKSUM: options({ 0: '--checksum-fill' }),
  CLASSIFY: options({ 1: '--set-class' }),
  CLUSTERIP: options({ 0: '--new', 1: '--hashmode --clustermac --total-nodes --local-node --hash-init' }),
  CONNMARK: options({
    0: '--save-mark --restore-mark',
    1:
      '--set-xmark --set-mark --and-mark --or-mark --xor-mark --nfmask --ctmask --mask ' +
      '--left-shift-mark --right-shift-mark',
  }),
  CONNSECMARK: options({ 0: '--save --restore' }),
  CT: options({ 0: '--notrack', 1: '--helper --ctevents --expevents --zone --zone-orig --zone-reply --timeout' }),
  DNAT: options({ 0: NAT_RANGE, 1: '--to-destination --to' }),
  DNPT: options({ 1: '--src-pfx --dst-pfx' }),
  DSCP: options({ 1: '--set-dscp --set-dscp-class' }),
  ECN: options({ 0: '--ecn-tcp-remove', 1: '--ecn-tcp-cwr --ecn-tcp-ece --ecn-ip-ect' }),
  HL: options({ 1: '--hl-set --hl-dec --hl-inc' }),
  HMARK: options({
    1:
      '--hmark-tuple --hmark-mod --hmark-offset --hmark-src-prefix --hmark-dst-prefix --hmark-sport-mask ' +
      '--hmark-dport-mask --hmark-spi-mask --hmark-proto-mask --hmark-rnd --hmark-sport --hmark-dport',
  }),
  IDLETIMER: options({ 0: '--alarm', 1: '--timeout --label' }),
  LED: options({ 0: '--led-always-blink', 1: '--led-trigger-id --led-delay' }),
  LOG: options({
    0: '--log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode',
    1: '--log-level --log-prefix',
  }),
  MARK: options({ 1: '--set-xmark --set-mark --and-mark --or-mark --xor-mark' }),
  MASQUERADE: options({ 0: '--random --random-fully', 1: '--to-ports' }),
  NETMAP: options({ 1: '--to' }),
  NFLOG: options({ 1: '--nflog-group --nflog-prefix --nflog-range --nflog-size --nflog-threshold' }),
  NFQUEUE: options({ 0: '--queue-bypass --queue-cpu-fanout', 1: '--queue-num --queue-balance' }),
  NOTRACK: NO_OPTIONS,
  RATEEST: options({ 1: '--rateest-name --rateest-interval --rateest-ewmalog' }),
  REDIRECT: options({ 0: '--random --random-fully', 1: '--to-ports' }),
  REJECT: options({ 1: '--reject-with' }),
  SAME: options({ 0: '--nodst --random', 1: '--to' }),
  SECMARK: options({ 1: '--selctx' }),
  SET: options({ 0: '--exist --map-mark --map-prio --map-queue', 1: '--timeout', 2: '--add-set --del-set --map-set' }),
  SNAT: options({ 0: NAT_RANGE, 1: '--to-source --to' }),
  SNPT: options({ 1: '--src-pfx --dst-pfx' }),
  SYNPROXY: options({ 0: '--sack-perm --timestamp --ecn', 1: '--wscale --mss' }),
  TCPMSS: options({ 0: '--clamp-mss-to-pmtu', 1: '--set-mss' }),
  TCPOPTSTRIP: options({ 1: '--strip-options' }),
  TEE: options({ 1: '--gateway --oif' }),
  TOS: options({ 1: '--set-tos --and-tos --or-tos --xor-tos' }),
  TPROXY: options({ 1: '--on-port --on-ip --tproxy-mark' }),
  TRACE: NO_OPTIONS,
  TTL: options({ 1: '--ttl-set --ttl-dec --ttl-inc' }),
  ULOG: options({ 1: '--ulog-nlgroup --ulog-prefix --ulog-cprange --ulog-qthreshold' }),
};
