import type { Refusal, Settings } from '../refusal';
import { nanoseconds } from '../value';
import { KUBE_PROXY_FIELDS } from './fields';

/** What kube-proxy does not start with (`pkg/proxy/apis/config/validation`, `cmd/kube-proxy/app`). */
export function kubeProxyRefusals(settings: Settings): Refusal[] {
  return [...periods(settings), ...durations(settings), ...local(settings)];
}

/** Of a file alone: the version is how it is known for what it is. */
export function kubeProxyFileRefusals(settings: Settings): Refusal[] {
  const missing = ['apiVersion', 'kind'].filter((name) => (settings.get(name) ?? '') === '');
  return [
    ...missing.map((name) => ({ name, message: `${name} is missing, by which kube-proxy knows what the file is.` })),
    ...kubeProxyRefusals(settings),
  ];
}

function* periods(settings: Settings): Generator<Refusal> {
  for (const mode of ['iptables', 'ipvs', 'nftables']) {
    // 0s is the default.
    const sync = length(settings, `${mode}.syncPeriod`) || 30e9;
    const least = length(settings, `${mode}.minSyncPeriod`);
    if (least > sync)
      yield { name: `${mode}.minSyncPeriod`, message: `${mode}.minSyncPeriod is longer than ${mode}.syncPeriod.` };
  }
}

function* durations(settings: Settings): Generator<Refusal> {
  for (const { name, type } of KUBE_PROXY_FIELDS)
    if (type === 'duration' && length(settings, name) < 0) yield { name, message: `${name} is less than 0.` };
}

function* local(settings: Settings): Generator<Refusal> {
  for (const [mode, needed] of [
    ['BridgeInterface', 'detectLocal.bridgeInterface'],
    ['InterfaceNamePrefix', 'detectLocal.interfaceNamePrefix'],
  ] as const)
    if (settings.get('detectLocalMode') === mode && (settings.get(needed) ?? '') === '')
      yield { name: 'detectLocalMode', message: `detectLocalMode ${mode} needs ${needed}.` };
}

function length(settings: Settings, name: string): number {
  const value = settings.get(name);
  return typeof value === 'string' ? (nanoseconds(value) ?? 0) : 0;
}
