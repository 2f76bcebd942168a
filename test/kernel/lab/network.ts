import { randomBytes } from 'node:crypto';
import { splitPort } from '../../../src/core/trace/endpoint';
import { Agent } from './agent';
import { inBatches, together, tried } from './batch';
import { inside, mustRun } from './command';
import { applyRules, type RuleSet, traceRules } from './ruleset';

/** One network namespace of a plan. */
export interface Space {
  /** `unseen`: there, but not in the snapshot: a router, a host on the wire. */
  readonly kind: 'host' | 'pod' | 'unseen';
  /** Shell commands that run inside it. */
  readonly setup?: string;
  /** More of them, once neighbours know each other. */
  readonly rules?: string;
  /** Commands that are tried: one may fail where another has come before it. */
  readonly twists?: readonly string[];
  /** Rules, as many as are accepted. */
  readonly rulesets?: readonly RuleSet[];
  /** flannel's udp backend: a TUN, made before the setup runs. */
  readonly tunnel?: Tunnel;
  /** Servers that run in it: `tcp 0.0.0.0:80`, `udp [::]:53`; `transparent` takes what TPROXY gives it, over TCP. */
  readonly serves?: readonly string[];
  /** Which iptables the setup uses on a host; both may hold rules. */
  readonly flavours?: readonly Flavour[];
}

export type Flavour = 'nft' | 'legacy';

export interface Tunnel {
  readonly device: string;
  /** The node's own address on the wire. */
  readonly bind: string;
  /** Which node has which pod subnet. */
  readonly routes: Readonly<Record<string, string>>;
}

/** What is to be built. Spaces are named as in a trace: `worker`, `worker/default/g4`. */
export interface Plan {
  readonly spaces: Readonly<Record<string, Space>>;
  /** veth pairs, `SPACE:INTERFACE` at both ends. */
  readonly cables: readonly (readonly [string, string])[];
  readonly ipv6?: boolean;
  /** Addresses that a space knows the MAC address of beforehand, as a node does whose pods have talked. */
  readonly acquainted?: readonly (readonly [space: string, address: string])[];
  /** Of its state, only that is read which packets may meet. */
  readonly brief?: boolean;
  /** Nobody captures, and no rule is added to trace the others. */
  readonly unwatched?: boolean;
}

/** What the machine outside has set must not matter, and nothing but the test may talk. By the path below /proc/sys. */
const PREAMBLE = {
  'net/ipv4/conf/all/rp_filter': '0',
  'net/ipv4/conf/default/rp_filter': '0',
  'net/ipv4/conf/all/forwarding': '0',
  'net/ipv4/tcp_synack_retries': '0',
  // Every error is sent, however many there are.
  'net/ipv4/icmp_ratelimit': '0',
  'net/ipv4/icmp_ratemask': '0',
  'net/ipv6/icmp/ratelimit': '0',
  'net/ipv6/conf/default/accept_dad': '0',
  'net/ipv6/conf/default/router_solicitations': '0',
};
/** What redirects have taught belongs to no snapshot. Whoever ceases to forward obeys them (`inet_forward_change`). */
const NO_REDIRECTS = {
  'net/ipv4/conf/all/accept_redirects': '0',
  'net/ipv4/conf/default/accept_redirects': '0',
  'net/ipv6/conf/all/accept_redirects': '0',
  'net/ipv6/conf/default/accept_redirects': '0',
};
const NO_IPV6 = { 'net/ipv6/conf/all/disable_ipv6': '1', 'net/ipv6/conf/default/disable_ipv6': '1' };

/** Short words for the commands that setups are full of: `nat OUTPUT -d 10.0.0.1 -j DNAT …` appends a rule. */
export const PRELUDE = `
append() { table=$1; shift; \${IPTABLES:-iptables} -w -t "$table" -A "$@"; }
raw() { append raw "$@"; }
mangle() { append mangle "$@"; }
nat() { append nat "$@"; }
filter() { append filter "$@"; }
security() { append security "$@"; }
chain() { table=$1; shift; for name; do \${IPTABLES:-iptables} -w -t "$table" -N "$name"; done; }
`;

/**
 * A port of a bridge passes nothing until the kernel has noticed that its cable is plugged in at both ends. And who is
 * known stays so, and is not asked again: a bridged packet takes another way when its neighbour's MAC address is no longer
 * sure (br_nf_pre_routing_finish_bridge in net/bridge/br_netfilter_hooks.c). Who answers for another (proxy_arp) does so
 * after up to 50 ms, not 0.8 s, but still behind the address's owner.
 */
const SETTLE = `
left=200
while { bridge link; ip -o link show up type veth; } | grep -q 'state \\(disabled\\|listening\\|learning\\|blocking\\)\\|NO-CARRIER' && [ $left -gt 0 ]
do left=$((left - 1)); sleep 0.01; done
for file in /proc/sys/net/ipv[46]/neigh/*/base_reachable_time_ms; do echo 3600000 >"$file"; done
for file in /proc/sys/net/ipv[46]/neigh/*/delay_first_probe_time; do echo 3600 >"$file"; done
for file in /proc/sys/net/ipv4/neigh/*/proxy_delay; do echo 5 >"$file"; done`;

/** What rules may count into, with nfacct. */
const ACCOUNT = 'drops';
/** Where the rules of the old kernel tables tell what they match. */
const LOG = { 'net/netfilter/nf_log/2': 'nfnetlink_log', 'net/netfilter/nf_log/10': 'nfnetlink_log' };

/** A network of namespaces, really built. */
export class Network {
  readonly agent = new Agent();
  /** Source ports that attempts in it have had. */
  readonly ports = new Set<number>();
  private readonly names = new Map<string, string>();
  private readonly prefix = `hoplens-${randomBytes(3).toString('hex')}`;

  private constructor(readonly plan: Plan) {
    for (const [index, space] of Object.keys(plan.spaces).entries()) this.names.set(space, `${this.prefix}-${index}`);
  }

  static async build(plan: Plan): Promise<Network> {
    const network = new Network(plan);
    try {
      await network.make();
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  /** The kernel's name of a space. */
  namespace(space: string): string {
    const name = this.names.get(space);
    if (name === undefined) throw new Error(`the plan has no "${space}"`);
    return name;
  }

  /** The space of the plan that the kernel knows by this name. */
  spaceOf(namespace: string): string {
    return [...this.names].find(([, name]) => name === namespace)?.[0] ?? namespace;
  }

  spaces(...kinds: Space['kind'][]): string[] {
    return Object.entries(this.plan.spaces).flatMap(([name, { kind }]) => (kinds.includes(kind) ? [name] : []));
  }

  /** Shell commands inside a space, which have to succeed. */
  async run(space: string, script: string): Promise<string> {
    return mustRun([...inside(this.namespace(space)), 'sh', '-eu'], PRELUDE + inBatches(script));
  }

  private async make(): Promise<void> {
    const { spaces, cables, ipv6 } = this.plan;
    await mustRun(['ip', '-batch', '-'], [...this.names.values()].map((name) => `netns add ${name}\n`).join(''));
    await this.agent.configure([...this.names.values()], {
      ...PREAMBLE,
      ...NO_REDIRECTS,
      ...(ipv6 === true ? {} : NO_IPV6),
    });
    const links = cables.map((cable) => {
      const [near, far] = cable.map((end) => {
        const colon = end.lastIndexOf(':');
        return `${end.slice(colon + 1)} netns ${this.namespace(end.slice(0, colon))}`;
      });
      return `link add ${near ?? ''} type veth peer name ${far ?? ''}\n`;
    });
    await mustRun(['ip', '-batch', '-'], links.join(''));
    for (const [space, { tunnel }] of Object.entries(spaces))
      if (tunnel) await this.agent.tunnel({ namespace: this.namespace(space), port: 8285, ...tunnel });
    await this.runAll(({ setup = '' }) => `ip link set lo up\n${setup}\n${SETTLE}`);
    for (const [space, address] of this.plan.acquainted ?? []) await this.agent.greet(this.namespace(space), address);
    await this.runAll(({ rules = '' }) => rules);
    await this.runAll(({ twists = [] }) => tried(twists));
    await this.agent.configure([...this.names.values()], NO_REDIRECTS);
    await this.each(async (space, { rulesets = [] }) => {
      if (rulesets.length > 0) await this.agent.account(this.namespace(space), ACCOUNT);
      for (const ruleset of rulesets) await applyRules(this.namespace(space), ruleset);
    });
    // An interface without a carrier keeps its address tentative for ever.
    if (ipv6 === true) await this.agent.settleAddresses([...this.names.values()], 2);
    if (this.plan.unwatched !== true) await this.watch();
    for (const [space, { serves = [] }] of Object.entries(spaces))
      for (const server of serves) await this.serve(space, server);
  }

  private async each(make: (space: string, planned: Space) => Promise<unknown>): Promise<void> {
    await Promise.all(Object.entries(this.plan.spaces).map(async ([space, planned]) => make(space, planned)));
  }

  /** Shell commands inside all spaces that have any, at once. */
  private async runAll(scriptOf: (planned: Space) => string): Promise<void> {
    const scripts = Object.entries(this.plan.spaces).flatMap(([space, planned]): [string, string][] => {
      const script = scriptOf(planned);
      return script === '' ? [] : [[this.namespace(space), PRELUDE + inBatches(script)]];
    });
    if (scripts.length > 0) await mustRun(['sh', '-e'], together(scripts));
  }

  private async watch(): Promise<void> {
    await this.each(async (space, { kind, flavours = ['nft'], rulesets }) => {
      const namespace = this.namespace(space);
      await this.agent.capture(namespace);
      if (kind !== 'host' && !rulesets) return;
      await this.agent.trace(namespace);
      if (flavours.includes('legacy')) await this.agent.configure([namespace], LOG);
      if (rulesets) return;
      for (const program of this.plan.ipv6 === true ? (['iptables', 'ip6tables'] as const) : (['iptables'] as const))
        for (const flavour of flavours) await traceRules(namespace, flavour === 'nft' ? program : `${program}-legacy`);
    });
  }

  private async serve(space: string, server: string): Promise<void> {
    const [protocol = '', socket = ''] = server.split(' ');
    const { host, port } = splitPort(socket);
    await this.agent.serve(this.namespace(space), protocol, host, Number(port));
  }

  async close(): Promise<void> {
    await this.agent.close();
    const deletions = [...this.names.values()].map((name) => `netns del ${name}\n`).join('');
    await mustRun(['ip', '-force', '-batch', '-'], deletions).catch(() => undefined);
  }
}
