import { type Address, formatSocket } from '../net/address';
import { parsePrefix } from '../net/prefix';
import { parseProtocol, protocolName } from '../net/protocol';
import type { Rule } from '../netfilter/rule';
import { optionOf } from '../netfilter/rule-option';
import type { Table } from '../netfilter/ruleset';
import { drained } from '../text/stepwise';
import { chainNames } from './chain-name';

/** A service port as kube-proxy's rules in iptables mode have it. */
export interface ProxiedPort {
  /** `namespace/name:port`, `namespace/name`; undefined where the rules carry no comment. */
  readonly name: string | undefined;
  readonly address: Address;
  readonly protocol: number;
  readonly port: number;
  /** `cluster IP`, `external IP`, `loadbalancer IP`: what the comment says the address is. */
  readonly role: string;
  /** Undefined where the rules refuse: the service has no endpoints. */
  readonly chain: string | undefined;
  /** Whether the chain's name is the hash of the service port's name; undefined without a name. */
  verified(): boolean | undefined;
  /** Read when they are first asked for: the rules of 20,000 services take a while. */
  endpoints(): readonly ProxiedEndpoint[];
  readonly nodePort: number | undefined;
  /** Line of the rule, counting from 1. */
  readonly line: number;
}

export interface ProxiedEndpoint {
  readonly address: Address;
  readonly port: number;
  /** Share of new connections. */
  readonly probability: number;
  readonly chain: string;
  readonly verified: boolean | undefined;
  /** Line of the DNAT rule. */
  readonly line: number;
}

/** The comment of a rule in KUBE-SERVICES: `default/kubernetes:https cluster IP`. */
const COMMENT = /^(\S+\/\S+?):?\s+(cluster IP|external IP|loadbalancer IP)?/;

/** The service ports that KUBE-SERVICES of the nat table leads to. */
export function proxiedPorts(nat: Table): ProxiedPort[] {
  return drained(proxiedPortsInSteps(nat));
}

/** Rules between two pauses. */
const PIECE = 500;

/** The same, a piece at a time. */
export function* proxiedPortsInSteps(nat: Table): Generator<void, ProxiedPort[]> {
  const nodePorts = new Map<string, number>();
  for (const rule of nat.chains.get('KUBE-NODEPORTS')?.rules ?? []) {
    const port = optionOf(rule, '--dport');
    const chain = rule.syntax.target?.module;
    if (port !== undefined && chain?.startsWith('KUBE-') === true && chain !== 'KUBE-MARK-MASQ')
      nodePorts.set(serviceSuffix(chain), Number(port));
  }
  const ports: ProxiedPort[] = [];
  for (const [at, rule] of (nat.chains.get('KUBE-SERVICES')?.rules ?? []).entries()) {
    if (at % PIECE === 0) yield;
    const chain = rule.syntax.target?.module;
    if (chain === undefined || !/^KUBE-(SVC|EXT|FW|XLB|SVL)-/.test(chain)) continue;
    const port = servicePort(rule);
    if (!port) continue;
    ports.push(new ReachedPort(nat, port, chain, nodePorts.get(serviceSuffix(chain))));
  }
  return ports;
}

/** A port whose chain leads on. There may be 20,000 of them: one object each, and what takes long is read when asked for. */
class ReachedPort implements ProxiedPort {
  readonly name: string | undefined;
  readonly address: Address;
  readonly protocol: number;
  readonly port: number;
  readonly role: string;
  readonly line: number;
  #verified: boolean | undefined;
  #endpoints: readonly ProxiedEndpoint[] | undefined;

  constructor(
    private readonly nat: Table,
    { name, address, protocol, port, role, line }: AskedPort,
    readonly chain: string,
    readonly nodePort: number | undefined,
  ) {
    this.name = name;
    this.address = address;
    this.protocol = protocol;
    this.port = port;
    this.role = role;
    this.line = line;
  }

  verified(): boolean | undefined {
    if (this.name === undefined) return undefined;
    return (this.#verified ??= verify(this.chain, this.name, this.protocol));
  }

  endpoints(): readonly ProxiedEndpoint[] {
    return (this.#endpoints ??= endpointsOf(this.nat, this.chain, this.name, this.protocol));
  }
}

/** Services that the filter table refuses because they have no endpoints. */
export function refusedPorts(filter: Table): ProxiedPort[] {
  return (filter.chains.get('KUBE-SERVICES')?.rules ?? []).flatMap((rule) => {
    if (rule.syntax.target?.module !== 'REJECT') return [];
    const port = servicePort(rule);
    return port
      ? [{ ...port, chain: undefined, verified: () => undefined, endpoints: () => [], nodePort: undefined }]
      : [];
  });
}

/** What a rule in KUBE-SERVICES is for. */
type AskedPort = Pick<ProxiedPort, 'name' | 'address' | 'protocol' | 'port' | 'role' | 'line'>;

function servicePort(rule: Rule): AskedPort | undefined {
  const destination = parsePrefix(optionOf(rule, '--destination') ?? '');
  const protocol = parseProtocol(optionOf(rule, '--protocol') ?? '');
  const port = Number(optionOf(rule, '--dport'));
  if (!destination || protocol === undefined || !Number.isInteger(port)) return undefined;
  const comment = COMMENT.exec(rule.comment ?? '');
  return {
    name: comment?.[1],
    address: destination,
    protocol,
    port,
    role: comment?.[2] ?? 'cluster IP',
    line: rule.line,
  };
}

function serviceSuffix(chain: string): string {
  return chain.replace(/^KUBE-[A-Z]+-/, '');
}

function verify(chain: string, name: string, protocol: number): boolean {
  const prefix = /^KUBE-[A-Z]+-/.exec(chain)?.[0] ?? '';
  return chainNames(prefix, name, protocolName(protocol)).includes(chain);
}

/** Walks from a service's chain to its endpoints. Session affinity's rules repeat endpoints, and are passed over. */
function endpointsOf(nat: Table, start: string, name: string | undefined, protocol: number): ProxiedEndpoint[] {
  const found = new Map<string, ProxiedEndpoint>();
  const visit = (chain: string, share: number, depth: number): void => {
    let rest = share;
    for (const rule of nat.chains.get(chain)?.rules ?? []) {
      const target = rule.syntax.target?.module ?? '';
      const uses = rule.syntax.matches.map((match) => match.module);
      if (!/^KUBE-(SVC|SEP|SVL)-/.test(target) || uses.includes('recent') || depth > 3) continue;
      // What comes from pods or from the node itself takes another way than what comes from outside.
      if (optionOf(rule, '--source') !== undefined || optionOf(rule, '--src-type') !== undefined) continue;
      const probability = Number(optionOf(rule, '--probability') ?? 1);
      const taken = rest * probability;
      rest -= taken;
      if (!target.startsWith('KUBE-SEP-')) visit(target, taken, depth + 1);
      else {
        const endpoint = endpointOf(nat, target, taken, name, protocol);
        const known = endpoint && found.get(endpoint.chain);
        if (endpoint)
          found.set(endpoint.chain, known ? { ...known, probability: known.probability + taken } : endpoint);
      }
    }
  };
  visit(start, 1, 0);
  return [...found.values()];
}

function endpointOf(
  nat: Table,
  chain: string,
  probability: number,
  name: string | undefined,
  protocol: number,
): ProxiedEndpoint | undefined {
  for (const rule of nat.chains.get(chain)?.rules ?? []) {
    const { action } = rule.meaning;
    if (action.kind !== 'dnat' || !action.range.addresses || !action.range.ports) continue;
    const address = action.range.addresses.from;
    const port = action.range.ports.from;
    const verified =
      name === undefined
        ? undefined
        : chainNames('KUBE-SEP-', name, protocolName(protocol), formatSocket(address, port)).includes(chain);
    return { address, port, probability, chain, verified, line: rule.line };
  }
  return undefined;
}
