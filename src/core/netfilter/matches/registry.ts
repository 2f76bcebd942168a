import type { MatchModule } from '../match';
import { addrtype } from './addrtype';
import { conntrack, state } from './conntrack';
import { ah, dst, esp, frag, hbh, mh, rt, srh } from './extension-headers';
import { dscp, hl, length, tos, ttl } from './header';
import { connlimit, hashlimit, limit, quota, recent } from './history';
import { icmp, icmp6 } from './icmp';
import { comment, helper, nfacct, policy } from './inert';
import { iprange } from './iprange';
import { mac, physdev, pkttype } from './link';
import { connmark, mark } from './marks';
import { rpfilter } from './rpfilter';
import { set } from './sets';
import { owner, socket } from './socket';
import { statistic } from './statistic';
import { dccp, multiport, sctp, tcp, udp } from './transport';

/** The match extensions that the tracer knows the meaning of. Any other is unknown, and said to be. */
export const MATCHES: Readonly<Partial<Record<string, MatchModule>>> = {
  addrtype,
  ah,
  comment,
  connlimit,
  connmark,
  conntrack,
  dccp,
  dscp,
  dst,
  esp,
  frag,
  hashlimit,
  hbh,
  helper,
  hl,
  icmp,
  icmp6,
  icmpv6: icmp6,
  iprange,
  length,
  limit,
  mac,
  mark,
  mh,
  multiport,
  nfacct,
  owner,
  physdev,
  pkttype,
  policy,
  quota,
  recent,
  rpfilter,
  rt,
  sctp,
  set,
  socket,
  srh,
  state,
  statistic,
  tcp,
  tos,
  ttl,
  udp,
  udplite: udp,
};
