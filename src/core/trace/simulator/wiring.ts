import { type Address, sameAddress } from '../../net/address';
import { contains } from '../../net/prefix';
import { isBridge, isContainerBridge, isOverlay } from '../../overlay/device';
import type { Interface } from '../../routing/interface';
import type { Cluster } from '../../snapshot/cluster';
import type { NetworkNamespace } from '../../snapshot/namespace';
import type { OutsideHost } from '../endpoint';
import { outsideStack, podStack, usualRoutes } from './made-up';
import { Stack } from './stack';

/** One end of a cable: an interface of a namespace. */
export interface Port {
  readonly stack: Stack;
  /** Undefined where the snapshot does not say which. */
  readonly device: string | undefined;
}

/** Who is connected to whom: veth pairs, bridges, the wire between nodes. Made anew for each run. */
export class Wiring {
  readonly stacks: Stack[] = [];
  private readonly byNamespace = new Map<NetworkNamespace, Stack>();
  /** The host the trace starts from, where that is outside. */
  readonly outside: Stack | undefined;

  constructor(
    readonly cluster: Cluster,
    readonly outsideHost: OutsideHost | undefined,
  ) {
    for (const namespace of cluster.namespaces) {
      const usual =
        namespace.kind !== 'host' && !namespace.routes(4) && !namespace.routes(6)
          ? usualRoutes(cluster, namespace)
          : undefined;
      const stack = new Stack(usual ?? namespace, undefined, usual !== undefined);
      this.stacks.push(stack);
      this.byNamespace.set(namespace, stack);
    }
    if (outsideHost) this.outside = this.add(outsideStack(outsideHost.address));
  }

  private add(stack: Stack): Stack {
    this.stacks.push(stack);
    this.byNamespace.set(stack.namespace, stack);
    return stack;
  }

  stackOf(namespace: NetworkNamespace): Stack {
    return this.byNamespace.get(namespace) ?? this.add(new Stack(namespace, undefined));
  }

  hostOf(node: string): Stack | undefined {
    const host = this.cluster.node(node)?.host;
    return host && this.stackOf(host);
  }

  /** The other end of a veth, by the indexes that both ends name. */
  peer({ stack, device }: Port): Port | undefined {
    const own = device === undefined ? undefined : stack.device(device);
    if (!own || stack.made) return this.peerByAddress({ stack, device });
    // Both ends in one namespace: ip prints the other's name.
    if (own.kind === 'veth' && own.lower !== undefined && stack.device(own.lower)) return { stack, device: own.lower };
    if (own.peerIndex === undefined) return this.peerByAddress({ stack, device });
    const ends: { stack: Stack; device: string }[] = [];
    for (const other of this.stacks) {
      // Indexes count per namespace: those of another node say nothing.
      if (other === stack || other.node !== stack.node) continue;
      for (const end of other.interfaces)
        if (end.index === own.peerIndex && end.peerIndex !== undefined && end.peerIndex === own.index)
          ends.push({ stack: other, device: end.name });
    }
    return ends.length === 1 ? ends[0] : this.peerByAddress({ stack, device });
  }

  /** Without link data: the host's route to a pod's address names the host's end, or its bridge. */
  private peerByAddress({ stack, device }: Port): Port | undefined {
    if (stack.namespace.kind === 'host') return undefined;
    const own =
      (device === undefined ? undefined : stack.device(device)) ?? stack.interfaces.find((one) => !one.loopback);
    const address = own?.addresses.find((candidate) => candidate.scope === 'global')?.address;
    const host = this.hostOf(stack.node);
    if (!address || !host) return undefined;
    const bridge = host.interfaces.find(
      (one) =>
        isBridge(one, host.interfaces) && one.addresses.some((candidate) => contains(candidate.network, address)),
    );
    if (bridge) return { stack: host, device: `?${bridge.name}` };
    const route = host.fib(address.family)?.routesInto({ ...address, mask: (1n << 128n) - 1n })[0];
    return { stack: host, device: route?.nextHops[0]?.device };
  }

  /** The ports of a bridge. */
  ports(stack: Stack, bridge: string): Interface[] {
    return stack.interfaces.filter((device) => device.master === bridge);
  }

  /**
   * The bridge that a port belongs to. A port named `?docker0` stands for some unnamed port of docker0.
   */
  bridgeOf(stack: Stack, port: string | undefined): string | undefined {
    if (port === undefined) return undefined;
    if (port.startsWith('?')) return port.slice(1);
    const master = stack.device(port)?.master;
    const device = master === undefined ? undefined : stack.device(master);
    return device && isBridge(device, stack.interfaces) ? master : undefined;
  }

  /** The port of a bridge behind which `address` is, and the end of its cable. */
  behind(
    stack: Stack,
    bridge: string,
    address: Address,
    seen: ReadonlySet<string> = new Set(),
  ): BehindPort | undefined {
    for (const port of this.ports(stack, bridge)) {
      const key = `${stack.title} ${port.name}`;
      if (seen.has(key)) continue;
      const end = this.peer({ stack, device: port.name });
      if (!end) continue;
      const held = end.stack.answersFor(end.device, address);
      const further = this.bridgeOf(end.stack, end.device);
      const beyond =
        further !== undefined &&
        (bridgeHolds(end.stack, further, address) ||
          this.behind(
            end.stack,
            further,
            address,
            new Set([...seen, key, `${end.stack.title} ${end.device ?? ''}`]),
          ) !== undefined);
      if (held || beyond) return { port: port.name, end };
    }
    const end = this.holderBehind(stack, `?${bridge}`, address);
    return end && { port: undefined, end };
  }

  /** A namespace of this node whose cable only `peerByAddress` follows, to `device`: the one that has the address. */
  holderBehind(stack: Stack, device: string, address: Address): Port | undefined {
    for (const other of this.stacks) {
      if (other.node !== stack.node || other === stack || other.made) continue;
      const own = other.namespace.holder(address);
      const end = own && this.peer({ stack: other, device: own.name });
      if (own && end?.stack === stack && end.device === device) return { stack: other, device: own.name };
    }
    return undefined;
  }

  /** The namespace of this node that has `address`, where its cable is known to end beside the bridge, and at which port. */
  besides(stack: Stack, bridge: string, address: Address): { owner: Stack; port: string } | undefined {
    for (const owner of this.stacks) {
      if (owner.node !== stack.node || owner === stack || owner.made) continue;
      const own = owner.namespace.holder(address);
      const end = own && this.peer({ stack: owner, device: own.name });
      if (end?.stack !== stack || end.device === undefined) continue;
      if (stack.device(end.device) && this.bridgeOf(stack, end.device) !== bridge) return { owner, port: end.device };
    }
    return undefined;
  }

  /** Whether a bridge has a port that leads to the wire, or to where the snapshot does not see. */
  uplink(stack: Stack, bridge: string): string | undefined {
    return this.ports(stack, bridge).find((port) => port.kind !== 'veth' && port.kind !== 'tun')?.name;
  }

  /** A pod that answers at `address` on a bridge or veth of a node, and was not collected. */
  madePod(host: Stack, device: string, address: Address): Port {
    const known = this.stacks.find(
      (stack) => stack.made === 'pod' && stack.node === host.node && stack.namespace.holder(address),
    );
    return { stack: known ?? this.add(podStack(host, device, address)), device: 'eth0' };
  }

  /** A host on the wire that answers at `address`, and was not collected. */
  madeHost(address: Address): Port {
    const known = this.stacks.find((stack) => stack.made === 'outside' && stack.namespace.holder(address));
    return { stack: known ?? this.add(outsideStack(address)), device: 'eth0' };
  }

  /** The node that has `address` on the wire, other than `from` itself. */
  onWire(from: Stack, address: Address): Port | undefined {
    if (this.outside && this.outside !== from && this.outside.namespace.holder(address))
      return { stack: this.outside, device: 'eth0' };
    for (const stack of this.stacks) {
      if (stack === from || stack.namespace.kind !== 'host' || stack.made) continue;
      const device = stack.namespace.holder(address);
      if (!device || isOverlay(device) || isContainerBridge(device, stack.interfaces)) continue;
      return { stack, device: device.loopback ? this.uplinkOf(stack, address) : device.name };
    }
    return undefined;
  }

  /** The interface of the default route: by which the wire reaches an address held on loopback. */
  private uplinkOf(stack: Stack, address: Address): string | undefined {
    const everywhere = { family: address.family, value: 0n, mask: 0n };
    return stack.fib(address.family)?.routesInto(everywhere)[0]?.nextHops[0]?.device;
  }
}

export interface BehindPort {
  /** Undefined where the snapshot does not say which. */
  readonly port: string | undefined;
  readonly end: Port;
}

function bridgeHolds(stack: Stack, bridge: string, address: Address): boolean {
  return stack.device(bridge)?.addresses.some((own) => sameAddress(own.address, address)) === true;
}
