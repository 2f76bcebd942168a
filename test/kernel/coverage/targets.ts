import { readMasked } from '../../../src/core/net/range';
import { isTarget } from '../../../src/core/netfilter/targets/read';
import { does, has, inert, optionOf, type RuleFeature, type Target } from './rule-features';

/* Targets, by their rank in rules that are in use: the most frequent first. */

const REJECTIONS = [
  'icmp-net-unreachable',
  'icmp-host-unreachable',
  'icmp-port-unreachable',
  'icmp-proto-unreachable',
  'icmp-net-prohibited',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
  'tcp-reset',
  'icmp6-no-route',
  'icmp6-adm-prohibited',
  'icmp6-addr-unreachable',
  'icmp6-port-unreachable',
  'icmp6-policy-fail',
  'icmp6-reject-route',
];

function is(group: string, name: string, test: (target: Target) => boolean = () => true, what = name): RuleFeature {
  return does(group, what, (target) => target.module === name && test(target));
}

/** What is left of --set-mark, --or-mark, --and-mark and --xor-mark in a dump: mark = (mark & ~mask) ^ value. */
function marks(target: Target, how: 'set' | 'or' | 'and' | 'xor'): boolean {
  const mark = readMasked(optionOf(target, '--set-xmark') ?? '');
  if (!mark) return false;
  const { value, mask } = mark;
  return how === (mask === 0 ? 'xor' : value === 0 ? 'and' : value === mask ? 'or' : 'set');
}

function to(target: Target): string {
  return optionOf(target, '--to-destination', '--to-source') ?? '';
}

const PORT = /(?<=\]|^|[\d.]):\d+(-\d+)?$/;
const portOf = (target: Target): string =>
  /\[.*\]|^[^:]*:[^:]*$/.test(to(target)) ? (PORT.exec(to(target))?.[0] ?? '') : '';
const NAT = 'target 3: DNAT';
const MASQUERADE = 'target 4: MASQUERADE';
const MARK = 'target 5: MARK, CONNMARK';
const SOURCE = 'target 7: SNAT, REDIRECT';
const CT = 'target 9: CT';
const TAIL = 'target 10: tail';

export const TARGET_FEATURES: readonly RuleFeature[] = [
  does('target 1: chains', '-j CHAIN', ({ module, goto }) => !goto && !isTarget(module)),
  does('target 1: chains', '-g CHAIN', ({ goto }) => goto),
  ...['ACCEPT', 'DROP', 'RETURN'].map((name) => is('target 2: verdicts', name)),
  is(NAT, 'DNAT', (target) => portOf(target) === '', 'DNAT to an address'),
  is(
    NAT,
    'DNAT',
    (target) => /^:\d+$/.test(portOf(target)) && !to(target).startsWith(':'),
    'DNAT to an address and a port',
  ),
  is(NAT, 'DNAT', (target) => to(target).startsWith(':'), 'DNAT to a port'),
  is(NAT, 'DNAT', (target) => to(target).replace(portOf(target), '').includes('-'), 'DNAT to a range of addresses'),
  is(NAT, 'DNAT', (target) => portOf(target).includes('-'), 'DNAT to a range of ports'),
  is(NAT, 'DNAT', (target) => has(target, '--random') || has(target, '--persistent'), 'DNAT --random or --persistent'),
  is(MASQUERADE, 'MASQUERADE', ({ options }) => options.length === 0),
  is(MASQUERADE, 'MASQUERADE', (target) => has(target, '--random-fully'), 'MASQUERADE --random-fully'),
  is(MASQUERADE, 'MASQUERADE', (target) => has(target, '--to-ports'), 'MASQUERADE --to-ports'),
  ...(['set', 'or', 'and', 'xor'] as const).map((how) =>
    is(MARK, 'MARK', (target) => marks(target, how), `MARK ${how}`),
  ),
  ...['--save-mark', '--restore-mark', '--set-xmark'].map((flag) =>
    is(MARK, 'CONNMARK', (target) => has(target, flag), `CONNMARK ${flag}`),
  ),
  ...REJECTIONS.map((kind) =>
    is('target 6: REJECT', 'REJECT', (target) => optionOf(target, '--reject-with') === kind, `REJECT ${kind}`),
  ),
  is(SOURCE, 'SNAT', (target) => portOf(target) === '', 'SNAT to an address'),
  is(SOURCE, 'SNAT', (target) => portOf(target) !== '', 'SNAT to ports'),
  is(SOURCE, 'SNAT', (target) => has(target, '--random') || has(target, '--random-fully'), 'SNAT --random'),
  is(SOURCE, 'REDIRECT', (target) => has(target, '--to-ports'), 'REDIRECT --to-ports'),
  is(SOURCE, 'REDIRECT', (target) => !has(target, '--to-ports'), 'REDIRECT to the same port'),
  ...['LOG', 'NFLOG', 'AUDIT'].map((name) => inert(is('target 8: what only tells', name))),
  does(
    CT,
    'CT --notrack',
    (target) => target.module === 'NOTRACK' || (target.module === 'CT' && has(target, '--notrack')),
  ),
  ...['--zone', '--zone-orig', '--zone-reply', '--helper'].map((flag) =>
    is(CT, 'CT', (target) => has(target, flag), `CT ${flag}`),
  ),
  ...['TPROXY', 'NETMAP', 'DSCP', 'TOS', 'TTL', 'HL', 'NFQUEUE'].map((name) => is(TAIL, name)),
  ...['TCPMSS', 'CHECKSUM', 'SET', 'CLASSIFY', 'TEE'].map((name) => inert(is(TAIL, name))),
];
