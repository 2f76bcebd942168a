import { randomBytes } from 'node:crypto';
import { splitPort } from '../../../src/core/trace/endpoint';
import { Agent } from './agent';
import { mustRun } from './command';
import { applyRules, type RuleSet } from './ruleset';

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
  /** Servers that run in it: `tcp 0.0.0.0:80`, `udp [::]:53`. */
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
  /** Nobody captures, and no rule is added to trace the others. */
  readonly unwatched?: boolean;
}

/** What the machine outside has set must not matter, and nothing but the test may talk. */
const PREAMBLE = [
  'net.ipv4.conf.all.rp_filter=0',
  'net.ipv4.conf.default.rp_filter=0',
  'net.ipv4.conf.all.forwarding=0',
  'net.ipv4.tcp_synack_retries=0',
  // Every error is sent, however many there are.
  'net.ipv4.icmp_ratelimit=0',
  'net.ipv4.icmp_ratemask=0',
  'net.ipv6.icmp.ratelimit=0',
  'net.ipv6.conf.default.accept_dad=0',
  'net.ipv6.conf.default.router_solicitations=0',
];
const NO_IPV6 = ['net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1'];

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
 * sure (br_nf_pre_routing_finish_bridge in net/bridge/br_netfilter_hooks.c).
 */
const SETTLE = `
left=100
while { bridge link; ip -o link show up type veth; } | grep -q 'state \\(disabled\\|listening\\|learning\\|blocking\\)\\|NO-CARRIER' && [ $left -gt 0 ]
do left=$((left - 1)); sleep 0.01; done
for file in /proc/sys/net/ipv[46]/neigh/*/base_reachable_time_ms; do echo 3600000 >"$file"; done
for file in /proc/sys/net/ipv[46]/neigh/*/delay_first_probe_time; do echo 3600 >"$file"; done`;

/** Makes the kernel tell which rules packets match. Rules before these would not be told. */
function traceSetup({ flavours = ['nft'] }: Space, ipv6: boolean): string {
  const programs = flavours.flatMap((flavour) => {
    const infix = flavour === 'legacy' ? '-legacy' : '';
    return [`iptables${infix}`, ...(ipv6 ? [`ip6tables${infix}`] : [])];
  });
  const lines = programs.map(
    (program) => `for hook in PREROUTING OUTPUT; do ${program} -t raw -I $hook -j TRACE; done`,
  );
  const log = 'sysctl -qw net.netfilter.nf_log.2=nfnetlink_log net.netfilter.nf_log.10=nfnetlink_log';
  return [...(flavours.includes('legacy') ? [log] : []), ...lines].join('\n');
}

/** A network of namespaces, really built. */
export class Network {
  readonly agent = new Agent();
  /** Commands and rules of the plan that failed. */
  readonly refused: string[] = [];
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
    return mustRun(['ip', 'netns', 'exec', this.namespace(space), 'sh', '-eu'], PRELUDE + script);
  }

  private async make(): Promise<void> {
    const { spaces, cables, ipv6 } = this.plan;
    await mustRun(['ip', '-batch', '-'], [...this.names.values()].map((name) => `netns add ${name}\n`).join(''));
    const settings = [...PREAMBLE, ...(ipv6 === true ? [] : NO_IPV6)].join(' ');
    await this.each(async (space) => this.run(space, `sysctl -qw ${settings}\nip link set lo up`));
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
    await this.each(async (space, { setup }) => setup !== undefined && this.run(space, setup));
    await this.each(async (space) => this.run(space, SETTLE));
    for (const [space, address] of this.plan.acquainted ?? []) await this.agent.greet(this.namespace(space), address);
    await this.each(async (space, { rules }) => rules !== undefined && this.run(space, rules));
    await this.each(async (space, planned) => this.twist(space, planned));
    if (this.plan.unwatched !== true) await this.watch();
    for (const [space, { serves = [] }] of Object.entries(spaces))
      for (const server of serves) await this.serve(space, server);
  }

  private async each(make: (space: string, planned: Space) => Promise<unknown>): Promise<void> {
    await Promise.all(Object.entries(this.plan.spaces).map(async ([space, planned]) => make(space, planned)));
  }

  /** What is tried. What is refused is kept in `refused`. */
  private async twist(space: string, planned: Space): Promise<void> {
    const { twists = [], rulesets = [] } = planned;
    if (twists.length > 0) {
      const script = twists.map((line, at) => `{ ${line}; } 2>/dev/null || echo ${at}`).join('\n');
      const failed = (await this.run(space, script)).split('\n').filter(Boolean);
      this.refused.push(...failed.map((at) => twists[Number(at)] ?? ''));
    }
    // Before the rules, so that all tables of one flavour are there before those of the other.
    if (rulesets.length > 0) await this.run(space, traceSetup(planned, this.plan.ipv6 === true));
    for (const ruleset of rulesets) this.refused.push(...(await applyRules(this.namespace(space), ruleset)));
  }

  private async watch(): Promise<void> {
    const { spaces, ipv6 } = this.plan;
    for (const [space, planned] of Object.entries(spaces))
      if (planned.kind === 'host' && !planned.rulesets) await this.run(space, traceSetup(planned, ipv6 === true));
    for (const [space, { kind }] of Object.entries(spaces)) {
      await this.agent.capture(this.namespace(space));
      if (kind === 'host') await this.agent.trace(this.namespace(space));
    }
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
