import { type Address, BITS, parseAddress } from '../../net/address';
import { contains, maskOfLength, parsePrefix, type Prefix, prefixLength } from '../../net/prefix';
import type { Refusal, Settings } from '../refusal';

/** What flanneld ends with (`subnet/config.go`: ParseConfig, CheckNetworkConfig). */
export function networkConfigRefusals(settings: Settings): Refusal[] {
  const network = prefixOf(settings, 'Network');
  const refused: Refusal[] = [];
  if (settings.get('EnableIPv4') !== false && !network)
    refused.push({ name: 'Network', message: 'Network is missing, which IPv4 needs.' });
  if (settings.get('EnableIPv6') === true && !prefixOf(settings, 'IPv6Network'))
    refused.push({ name: 'EnableIPv6', message: 'EnableIPv6 needs IPv6Network.' });
  if (network) refused.push(...subnets(settings, network));
  return refused;
}

function* subnets(settings: Settings, network: Prefix): Generator<Refusal> {
  const length = prefixLength(network) ?? 0;
  const set = settings.get('SubnetLen');
  const subnet = typeof set === 'number' && set !== 0 ? set : length > 22 ? length + 2 : 24;
  if (subnet < length + 2)
    yield {
      name: set === undefined ? 'Network' : 'SubnetLen',
      message: `Network /${length} has not four subnets of /${subnet}: SubnetLen is at least ${length + 2}.`,
    };
  for (const name of ['SubnetMin', 'SubnetMax']) {
    const text = settings.get(name);
    const address = typeof text === 'string' ? parseAddress(text) : undefined;
    if (!address) continue;
    if (!contains(network, address)) yield { name, message: `${name} is not in Network.` };
    else if (!isSubnet(address, subnet)) yield { name, message: `${name} is not where a subnet of /${subnet} begins.` };
  }
}

function isSubnet(address: Address, length: number): boolean {
  return length <= BITS[address.family] && (address.value & maskOfLength(address.family, length)) === address.value;
}

function prefixOf(settings: Settings, name: string): Prefix | undefined {
  const value = settings.get(name);
  return typeof value === 'string' && value.includes('/') ? parsePrefix(value) : undefined;
}

export function flanneldRefusals(settings: Settings): Refusal[] {
  return settings.has('listen') && settings.has('remote')
    ? [{ name: 'remote', message: 'flanneld either listens or asks a remote one.' }]
    : [];
}

export function dockerRefusals(settings: Settings): Refusal[] {
  const both = (settings.get('bip') ?? '') !== '' && (settings.get('bridge') ?? '') !== '';
  return both ? [{ name: 'bridge', message: 'dockerd takes bip or bridge, not both.' }] : [];
}
