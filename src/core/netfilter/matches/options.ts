import { type OptionTable, options } from '../option-table';

const PORTS = '--sport --source-port --dport --destination-port';
const HASHLIMIT =
  '--hashlimit --hashlimit-upto --hashlimit-above --hashlimit-burst --hashlimit-mode --hashlimit-srcmask ' +
  '--hashlimit-dstmask --hashlimit-name --hashlimit-htable-size --hashlimit-htable-max --hashlimit-htable-expire ' +
  '--hashlimit-htable-gcinterval --hashlimit-rate-interval';
const ICMPV6_HEADER = options({ 0: '--soft', 1: '--header' });

/** Every match extension of iptables 1.8 (iptables-extensions(8)), modelled by the tracer or not: it must be read to be kept. */
export const MATCH_OPTIONS: Readonly<Record<string, OptionTable>> = {
  addrtype: options({ 0: '--limit-iface-in --limit-iface-out', 1: '--src-type --dst-type' }),
  ah: options({ 0: '--ahres', 1: '--ahspi --ahlen' }),
  bpf: options({ 1: '--bytecode --object-pinned' }),
  cgroup: options({ 1: '--path --cgroup' }),
  cluster: options({
    1: '--cluster-total-nodes --cluster-local-node --cluster-local-nodemask --cluster-hash-seed',
  }),
  comment: options({ 1: '--comment' }),
  connbytes: options({ 1: '--connbytes --connbytes-dir --connbytes-mode' }),
  connlabel: options({ 0: '--set', 1: '--label' }),
  connlimit: options({
    0: '--connlimit-saddr --connlimit-daddr',
    1: '--connlimit-upto --connlimit-above --connlimit-mask',
  }),
  connmark: options({ 1: '--mark' }),
  conntrack: options({
    1:
      '--ctstate --ctproto --ctorigsrc --ctorigdst --ctreplsrc --ctrepldst --ctorigsrcport --ctorigdstport ' +
      '--ctreplsrcport --ctrepldstport --ctstatus --ctexpire --ctdir',
  }),
  cpu: options({ 1: '--cpu' }),
  dccp: options({ 1: `${PORTS} --dccp-types --dccp-option` }),
  devgroup: options({ 1: '--src-group --dst-group' }),
  dscp: options({ 1: '--dscp --dscp-class' }),
  dst: options({ 0: '--dst-not-strict', 1: '--dst-len --dst-opts' }),
  ecn: options({ 0: '--ecn-tcp-cwr --ecn-tcp-ece', 1: '--ecn-ip-ect' }),
  esp: options({ 1: '--espspi' }),
  eui64: options({}),
  frag: options({ 0: '--fragres --fragfirst --fragmore --fraglast', 1: '--fragid --fraglen' }),
  hashlimit: options({ 0: '--hashlimit-rate-match', 1: HASHLIMIT }),
  hbh: options({ 1: '--hbh-len --hbh-opts' }),
  helper: options({ 1: '--helper' }),
  hl: options({ 1: '--hl-eq --hl-lt --hl-gt' }),
  icmp: options({ 1: '--icmp-type' }),
  icmp6: options({ 1: '--icmpv6-type' }),
  iprange: options({ 1: '--src-range --dst-range' }),
  ipcomp: options({ 0: '--compres', 1: '--ipcompspi' }),
  ipv6header: ICMPV6_HEADER,
  ipvs: options({ 0: '--ipvs', 1: '--vproto --vaddr --vport --vdir --vmethod --vportctl' }),
  length: options({ 1: '--length' }),
  limit: options({ 1: '--limit --limit-burst' }),
  mac: options({ 1: '--mac-source' }),
  mark: options({ 1: '--mark' }),
  mh: options({ 1: '--mh-type' }),
  multiport: options({ 1: '--sports --source-ports --dports --destination-ports --ports' }),
  nfacct: options({ 1: '--nfacct-name' }),
  osf: options({ 1: '--genre --ttl --log' }),
  owner: options({
    0: '--socket-exists --suppl-groups',
    1: '--uid-owner --gid-owner --pid-owner --sid-owner --cmd-owner',
  }),
  physdev: options({ 0: '--physdev-is-in --physdev-is-out --physdev-is-bridged', 1: '--physdev-in --physdev-out' }),
  pkttype: options({ 1: '--pkt-type' }),
  policy: options({
    0: '--strict --next',
    1: '--dir --pol --reqid --spi --proto --mode --tunnel-src --tunnel-dst',
  }),
  quota: options({ 1: '--quota' }),
  // What takes a value or none is left out, and so read up to the next option: --rateest-bps, --rateest-pps1 and the like.
  rateest: options({
    0: '--rateest-delta --rateest-lt --rateest-gt --rateest-eq',
    1: '--rateest --rateest1 --rateest2',
  }),
  realm: options({ 1: '--realm' }),
  recent: options({
    0: '--set --rcheck --update --remove --rttl --rsource --rdest --reap',
    1: '--seconds --hitcount --name --mask',
  }),
  rpfilter: options({ 0: '--loose --validmark --accept-local --invert' }),
  rt: options({ 0: '--rt-0-res --rt-0-not-strict', 1: '--rt-type --rt-segsleft --rt-len --rt-0-addrs' }),
  sctp: options({ 1: PORTS, 2: '--chunk-types' }),
  set: options({
    0: '--return-nomatch --update-counters --update-subcounters',
    1: '--packets-eq --packets-lt --packets-gt --bytes-eq --bytes-lt --bytes-gt',
    2: '--match-set --set',
  }),
  socket: options({ 0: '--transparent --nowildcard --restore-skmark' }),
  srh: options({
    1:
      '--srh-next-hdr --srh-hdr-len-eq --srh-hdr-len-gt --srh-hdr-len-lt --srh-segs-left-eq --srh-segs-left-gt ' +
      '--srh-segs-left-lt --srh-last-entry-eq --srh-last-entry-gt --srh-last-entry-lt --srh-tag --srh-psid --srh-nsid --srh-lsid',
  }),
  state: options({ 1: '--state' }),
  statistic: options({ 1: '--mode --probability --every --packet' }),
  string: options({ 0: '--icase', 1: '--from --to --algo --string --hex-string' }),
  tcp: options({ 0: '--syn', 1: `${PORTS} --tcp-option`, 2: '--tcp-flags' }),
  tcpmss: options({ 1: '--mss' }),
  time: options({
    0: '--contiguous --utc --localtz --kerneltz',
    1: '--datestart --datestop --timestart --timestop --monthdays --weekdays',
  }),
  tos: options({ 1: '--tos' }),
  ttl: options({ 1: '--ttl-eq --ttl-lt --ttl-gt --ttl' }),
  u32: options({ 1: '--u32' }),
  udp: options({ 1: PORTS }),
};
