import { type Address, type Family, sameAddress } from '../../net/address';
import { lazy } from '../../text/lazy';
import type { KnownTable } from '../../snapshot/netfilter';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { RecentList } from '../../netfilter/match';
import type { Action } from '../../netfilter/action';
import type { Table } from '../../netfilter/ruleset';
import type { Fib } from '../../routing/fib';
import type { Interface } from '../../routing/interface';
import type { NextHop } from '../../routing/route';
import { sysctlName } from '../../routing/sysctl';
import type { Hook, TableName } from '../../netfilter/hook';
import { BASE_CHAINS } from '../../netfilter/hook';
import { Conntrack } from './conntrack';
import { baseChains } from '../nft-chains';

const PASSING: readonly Action['kind'][] = ['accept', 'return', 'continue', 'call', 'goto'];

/** The network stack of one namespace during one run: what it is configured to do, and the connections it has seen. */
export class Stack {
  readonly conntrack = new Conntrack();
  /** Questions that hold for the whole namespace and were put already. */
  readonly asked = new Set<string>();
  /** Which next hop of several a packet has taken, by route and addresses. */
  readonly hops = new Map<string, NextHop>();
  /** Neighbours, by `addressKey`, that have asked it for its MAC address during this run. */
  readonly askedBy = new Set<string>();

  constructor(
    readonly namespace: NetworkNamespace,
    /** Made up to stand for something outside the snapshot: a pod that was not collected, a host on the wire. */
    readonly made: 'pod' | 'outside' | undefined,
    /** Its routes were not collected, and are taken to be what every network plug-in gives a pod. */
    readonly usualRoutes = false,
  ) {}

  get node(): string {
    return this.namespace.node;
  }

  get name(): string {
    return this.namespace.name;
  }

  /** As people name it: `worker`, or `worker/default/g4`. */
  get title(): string {
    return this.namespace.kind === 'host' ? this.node : `${this.node}/${this.name}`;
  }

  get interfaces(): readonly Interface[] {
    return this.namespace.interfaces ?? [];
  }

  device(name: string): Interface | undefined {
    return this.namespace.interface(name);
  }

  fib(family: Family): Fib | undefined {
    return this.namespace.fib(family);
  }

  /** The value of a sysctl; undefined where it is not known. */
  sysctl(key: string): string | undefined {
    return this.namespace.sysctls?.get(key)?.value;
  }

  /** `net.ipv4.conf.DEVICE.NAME` */
  deviceKey(device: string, name: string): string {
    return `net.ipv4.conf.${sysctlName(device)}.${name}`;
  }

  isLocal(address: Address): boolean {
    return this.fib(address.family)?.localRoute(address)?.type === 'local';
  }

  /**
   * net/ipv4/arp.c `arp_ignore`: by default a host answers for its addresses on whichever interface it is asked; over IPv6
   * only on the one that has it (net/ipv6/ndisc.c `ndisc_recv_ns`).
   */
  answersFor(asked: string | undefined, address: Address): boolean {
    const ignores = (address.family === 6 && asked !== undefined) || this.ignoresArp(asked ?? 'all');
    return this.interfaces.some(
      (device) =>
        (device.name === asked || !ignores) && device.addresses.some((own) => sameAddress(own.address, address)),
    );
  }

  /** Whether it answers ARP on an interface only for what that has. */
  ignoresArp(device: string): boolean {
    const values = ['all', device].map((name) => this.sysctl(this.deviceKey(name, 'arp_ignore')));
    return values.some((value) => value !== undefined && value !== '0');
  }

  /** The tables with a base chain at a hook, of every flavour, in no order. */
  tablesAt(family: Family, hook: Hook, name: TableName): KnownTable[] {
    if (!BASE_CHAINS[name].includes(hook)) return [];
    return this.namespace
      .netfilter(family)
      .tables.filter((known) => known.table.name === name && known.table.chains.has(hook))
      .filter((known) => known.flavour === 'legacy' || this.isRegistered(family, hook, known.table));
  }

  /** Whether anything has registered NAT for a family: then every connection gets a mapping, if only to itself. */
  hasNat(family: Family): boolean {
    return BASE_CHAINS.nat.some((hook) => this.tablesAt(family, hook, 'nat').length > 0);
  }

  /** Connections of its sockets, by `socketKey`: of one that TPROXY gave a packet, or of any other. */
  readonly sockets = new Map<string, 'transparent' | 'plain'>();

  private readonly recent = new Map<string, RecentList>();

  recentList(name: string): RecentList {
    const list = this.recent.get(name) ?? new Map<string, number>();
    this.recent.set(name, list);
    return list;
  }

  private readonly deciding = new Map<KnownTable, boolean>();

  /** Whether a table can do more than let packets pass. */
  mayDecide(known: KnownTable): boolean {
    const decides =
      this.deciding.get(known) ??
      [...known.table.chains.values()].some(
        ({ policy, rules }) => policy === 'DROP' || rules.some((rule) => !PASSING.includes(rule.meaning.action.kind)),
      );
    this.deciding.set(known, decides);
    return decides;
  }

  private readonly registered = lazy(() => {
    const chains = baseChains(this.namespace.output('nft-ruleset')?.stdout ?? '');
    return chains && new Set(chains.map(({ family, table, name }) => `${family} ${table} ${name}`));
  });

  /**
   * iptables-nft makes a base chain when it first gets a rule or a policy, and prints the others of its table as if
   * they were there, empty (iptables/nft.c `nft_xt_fake_builtin_chains`): only nft tells which are.
   */
  private isRegistered(family: Family, hook: Hook, { name, chains }: Table): boolean {
    if ((chains.get(hook)?.rules.length ?? 0) > 0) return true;
    return this.registered()?.has(`${family === 4 ? 'ip' : 'ip6'} ${name} ${hook}`) ?? true;
  }
}
