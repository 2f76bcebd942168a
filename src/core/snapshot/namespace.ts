import { type Address, type Family, sameAddress } from '../net/address';
import { type Listener, readListeners } from '../net/listener';
import { type PrintedConnection, readConnections } from '../netfilter/connections';
import { type IpSet, readIpSets } from '../netfilter/ipset';
import { Fib, localRoutes } from '../routing/fib';
import type { Interface } from '../routing/interface';
import { type FdbEntry, type Neighbour, readFdb, readNeighbours } from '../routing/neighbour';
import { type PolicyRule, readPolicyRules, STANDARD_RULES } from '../routing/policy-rule';
import { readInterfaces } from '../routing/read-interfaces';
import { readRoutes, type Routes } from '../routing/read-routes';
import { readSysctls, type Sysctls } from '../routing/sysctl';
import type { Problem } from '../problem';
import type { NamespaceKind, NamespaceRecord, Output } from './format';
import { lazy } from '../text/lazy';
import { type Stepwise, stepwise } from '../text/stepwise';
import { failed, type Netfilter, type ReadBefore, readNetfilter } from './netfilter';

/** What `hostname:/etc/resolv.conf` and friends are read from. */
export interface Found<T> {
  readonly value: T;
  readonly output: string;
}

/**
 * One network namespace, with its state read from its outputs when it is first asked for. A getter that gives undefined
 * means that the state was not collected: it is not known, and not empty.
 */
export class NetworkNamespace {
  readonly name: string;
  readonly kind: NamespaceKind;
  private readonly readNetfilter: Readonly<Record<Family, Stepwise<Netfilter>>>;

  /** @param before the same namespace with other outputs: what both have is not read again */
  constructor(
    readonly node: string,
    readonly record: NamespaceRecord,
    before?: NetworkNamespace,
  ) {
    this.name = record.name;
    this.kind = record.kind;
    const readBefore = (family: Family): ReadBefore | undefined => {
      const netfilter = before?.readNetfilter[family].kept();
      return before && netfilter && { outputs: before.record.outputs, netfilter };
    };
    this.readNetfilter = { 4: this.netfilterReader(4, readBefore(4)), 6: this.netfilterReader(6, readBefore(6)) };
  }

  /** The output of a probe, if it ran and printed something or succeeded. */
  output(id: string): Output | undefined {
    const output = this.record.outputs[id];
    return output && !failed(output) ? output : undefined;
  }

  private read<T>(id: string, parse: (text: string, output: Output) => T): T | undefined {
    const output = this.output(id);
    return output && parse(output.stdout, output);
  }

  private readonly readInterfaces = lazy(() => {
    const addresses = this.read('ip-addr', readInterfaces);
    const links = this.read('ip-link', readInterfaces);
    if (!addresses || !links) return addresses?.interfaces ?? links?.interfaces;
    return merge(addresses.interfaces, links.interfaces);
  });

  get interfaces(): readonly Interface[] | undefined {
    return this.readInterfaces();
  }

  interface(name: string): Interface | undefined {
    return this.interfaces?.find((device) => device.name === name);
  }

  private readonly readRoutes4 = lazy(() => this.read('ip-route', (text) => readRoutes(text, 4)));
  private readonly readRoutes6 = lazy(() => this.read('ip6-route', (text) => readRoutes(text, 6)));

  routes(family: Family): Routes | undefined {
    return family === 4 ? this.readRoutes4() : this.readRoutes6();
  }

  private readonly readRules4 = lazy(() => this.read('ip-rule', (text) => readPolicyRules(text, 4)));
  private readonly readRules6 = lazy(() => this.read('ip6-rule', (text) => readPolicyRules(text, 6)));

  /** Undefined where not collected; the FIB then takes the kernel's own three. */
  policyRules(family: Family): { rules: readonly PolicyRule[]; problems: readonly Problem[] } | undefined {
    return family === 4 ? this.readRules4() : this.readRules6();
  }

  private readonly makeFib4 = lazy(() => this.makeFib(4));
  private readonly makeFib6 = lazy(() => this.makeFib(6));

  /** Undefined where the routes were not collected. */
  fib(family: Family): Fib | undefined {
    return family === 4 ? this.makeFib4() : this.makeFib6();
  }

  private makeFib(family: Family): Fib | undefined {
    const known = this.routes(family);
    if (!known) return undefined;
    const local = known.routes.some((route) => route.family === family && route.table === 'local');
    const routes = local ? known.routes : [...known.routes, ...localRoutes(this.interfaces ?? [], family)];
    return new Fib(family, routes, this.policyRules(family)?.rules ?? STANDARD_RULES);
  }

  private netfilterReader(family: Family, before: ReadBefore | undefined): Stepwise<Netfilter> {
    return stepwise(() => readNetfilter(this.record.outputs, family, before));
  }

  netfilter(family: Family): Netfilter {
    return this.readNetfilter[family]();
  }

  /** The same, a piece at a time. */
  netfilterInSteps(family: Family): Generator<void, Netfilter> {
    return this.readNetfilter[family].steps();
  }

  private readonly readSysctls = lazy(() => this.read('sysctl', (text, output) => readSysctls(output.command, text)));

  get sysctls(): Sysctls | undefined {
    return this.readSysctls();
  }

  private readonly readSets = lazy(() => this.read('ipset-save', readIpSets));

  get ipSets(): ReadonlyMap<string, IpSet> | undefined {
    return this.readSets()?.sets;
  }

  private readonly readListeners = lazy(() => this.read('ss', readListeners));

  get listeners(): readonly Listener[] | undefined {
    return this.readListeners();
  }

  private readonly readConnections = lazy(() => this.read('conntrack', readConnections));

  /** Connections that were open when the snapshot was taken. */
  get connections(): readonly PrintedConnection[] | undefined {
    return this.readConnections()?.connections;
  }

  private readonly readNeighbours = lazy(() => this.read('ip-neigh', readNeighbours));

  get neighbours(): readonly Neighbour[] | undefined {
    return this.readNeighbours();
  }

  private readonly readFdb = lazy(() => this.read('bridge-fdb', readFdb));

  get fdb(): readonly FdbEntry[] | undefined {
    return this.readFdb();
  }

  /** The interface that holds `address`; loopback addresses included. */
  holder(address: Address): Interface | undefined {
    return this.interfaces?.find((device) => device.addresses.some((own) => sameAddress(own.address, address)));
  }
}

/** `ip addr` and `ip -d link` each know what the other does not. */
function merge(addresses: readonly Interface[], links: readonly Interface[]): Interface[] {
  const merged = addresses.map((device) => {
    const link = links.find((candidate) => candidate.name === device.name);
    if (!link) return device;
    return {
      ...device,
      index: device.index ?? link.index,
      kind: link.kind ?? device.kind,
      up: link.up ?? device.up,
      mtu: device.mtu ?? link.mtu,
      mac: device.mac ?? link.mac,
      master: link.master ?? device.master,
      peerIndex: link.peerIndex ?? device.peerIndex,
      lower: link.lower ?? device.lower,
      vxlan: link.vxlan ?? device.vxlan,
      hairpin: link.hairpin ?? device.hairpin,
      xdp: link.xdp || device.xdp,
    };
  });
  return [...merged, ...links.filter((link) => !addresses.some((device) => device.name === link.name))];
}
