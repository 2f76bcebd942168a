import { formatAddress } from '../../net/address';
import { isContainerBridge } from '../../overlay/device';
import type { Cause } from './cause';
import { describe, sentence, WHAT } from './words';

/* Addresses that nobody answers for, though the snapshot knows who has them. */

/** A host holds the address on an interface, and its local table does not know. */
export const ownAddressNotLocal: Cause = ({ cluster, name, traced }) => {
  const { fate, received } = traced;
  const { stack } = fate;
  const { dst } = received;
  const holder = stack.namespace.holder(dst);
  if (stack.made || !holder || stack.isLocal(dst) || !stack.fib(dst.family)) return undefined;
  const own = holder.addresses.find(({ address }) => address.value === dst.value);
  const address = formatAddress(dst);
  const route = `local ${address} dev ${holder.name} table local`;
  return {
    code: 'own-address-not-local',
    severity: 'error',
    node: stack.node,
    title: `${stack.title} does not know ${address} of its ${holder.name} for its own: table local lacks it`,
    message: `${sentence(WHAT[name])} to ${describe(cluster, dst)} is not delivered on ${stack.title}: ${address} is an address of its ${holder.name}, and table local has no entry for it`,
    evidence: own
      ? [{ node: stack.node, namespace: stack.name, output: 'ip-addr', line: own.line, text: address }]
      : [],
    fix:
      stack.namespace.kind === 'host'
        ? { title: `Add the entry on ${stack.node}`, changes: [{ kind: 'route', node: stack.node, route }] }
        : null,
  };
};

/** The cable of a pod ends beside the bridge of its subnet. */
export const podBesideBridge: Cause = ({ cluster, run, name, traced }) => {
  const { fate, received } = traced;
  const { stack, device = '' } = fate;
  const bridge = stack.device(device);
  if (fate.cause !== 'neighbour' || !bridge || !isContainerBridge(bridge, stack.interfaces)) return undefined;
  const besides = run.wiring.besides(stack, device, received.dst);
  const port = besides && stack.device(besides.port);
  if (!besides || !port) return undefined;
  return {
    code: 'pod-beside-bridge',
    severity: 'error',
    node: stack.node,
    title: `${port.name}, the cable of ${besides.owner.title}, is no port of ${device}`,
    message:
      `${sentence(WHAT[name])} to ${describe(cluster, received.dst)} leaves ${stack.title} by ${device}, and nobody answers: the cable of ${besides.owner.title} ends at ${port.name}, ` +
      `which is no port of ${device}. It was plugged in before ${device} was made anew, or the network plug-in failed: make the pod anew`,
    evidence: [{ node: stack.node, namespace: stack.name, output: 'ip-addr', line: port.line, text: port.name }],
    fix: null,
  };
};
