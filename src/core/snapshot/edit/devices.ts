import { type Address, formatAddress } from '../../net/address';
import { sysctlName } from '../../routing/sysctl';
import { jsonItems, numberOf } from '../../text/json';
import { endLine, linesOf } from '../../text/lines';
import type { NamespaceRecord } from '../format';
import { editEntries, editOutput, type Entry } from './output';
import { editRoutes } from './routes';

/** A tunnel's interface that comes: up, with one address of its own. */
export interface MadeDevice {
  readonly name: string;
  readonly mtu: number | undefined;
  readonly address: Address;
  /** Of a VXLAN device; undefined for a TUN. */
  readonly vxlan:
    { readonly id: number; readonly local: Address; readonly over: string; readonly port: number } | undefined;
  readonly mac: string | undefined;
}

const LINKS = ['ip-addr', 'ip-link'];

/** The interface gone, and all that goes with it: routes, neighbours, forwarding entries, settings. */
export function withoutDevice(record: NamespaceRecord, name: string): NamespaceRecord {
  for (const id of LINKS)
    record = editOutput(record, id, (stdout) => {
      let at = '';
      return editEntries(stdout, {
        json: (item) => item['ifname'] === name,
        text: (line) => {
          at = /^\d+: ([^\s:@]+)/.exec(line)?.[1] ?? at;
          return at === name && line !== '';
        },
      });
    });
  for (const family of [4, 6] as const)
    record = editRoutes(record, family, ({ nextHops }) => nextHops.length === 1 && nextHops[0]?.device === name);
  for (const [id, key] of [
    ['ip-neigh', 'dev'],
    ['bridge-fdb', 'ifname'],
  ] as const)
    record = editOutput(record, id, (stdout) =>
      editEntries(stdout, {
        json: (item) => item[key] === name,
        text: (line) => line.includes(` dev ${name} `),
      }),
    );
  return editOutput(record, 'sysctl', (stdout) =>
    editEntries(stdout, { json: () => false, text: (line) => SETTING.exec(line)?.[2] === sysctlName(name) }),
  );
}

/** `net.ipv4.conf.NAME.KEY = VALUE` */
const SETTING = /^(net\.ipv[46]\.(?:conf|neigh)\.)([^.]+)(\..*)$/;

/** A new interface has the settings of `default`. */
export function withDevice(record: NamespaceRecord, device: MadeDevice): NamespaceRecord {
  const address = formatAddress(device.address);
  for (const id of LINKS)
    record = editOutput(record, id, (stdout) =>
      editEntries(stdout, { json: () => false, text: () => false }, [linkEntry(device, nextIndex(stdout))]),
    );
  // The local table follows from the addresses, where it was collected.
  const local = `local ${address} dev ${device.name} table local proto kernel scope host src ${address}`;
  const hasLocal = /\blocal\b/.test(record.outputs['ip-route']?.stdout ?? '');
  if (hasLocal) record = editRoutes(record, 4, () => false, [local]);
  return editOutput(record, 'sysctl', (stdout) => {
    const own = [...linesOf(stdout)].flatMap(({ text }) => {
      const [, head = '', name, rest = ''] = SETTING.exec(text) ?? [];
      return name === 'default' ? [`${head}${sysctlName(device.name)}${rest}\n`] : [];
    });
    return endLine(stdout) + own.join('');
  });
}

function nextIndex(stdout: string): number {
  const indexes = /^\s*\[/.test(stdout)
    ? jsonItems(stdout).items.map(({ value }) => numberOf(value, 'ifindex') ?? 0)
    : [...stdout.matchAll(/^(\d+): /gm)].map(([, index]) => Number(index));
  return Math.max(0, ...indexes) + 1;
}

function linkEntry({ name, mtu, address, mac, vxlan }: MadeDevice, index: number): Entry {
  const local = formatAddress(address);
  const flags = vxlan
    ? ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP']
    : ['POINTOPOINT', 'MULTICAST', 'NOARP', 'UP', 'LOWER_UP'];
  const info = vxlan
    ? {
        info_kind: 'vxlan',
        info_data: { id: vxlan.id, local: formatAddress(vxlan.local), link: vxlan.over, port: vxlan.port },
      }
    : { info_kind: 'tun', info_data: { type: 'tun' } };
  const detail = vxlan
    ? `vxlan id ${vxlan.id} local ${formatAddress(vxlan.local)} dev ${vxlan.over} dstport ${vxlan.port} nolearning`
    : 'tun type tun';
  return {
    json: {
      ifindex: index,
      ifname: name,
      flags,
      ...(mtu !== undefined && { mtu }),
      link_type: vxlan ? 'ether' : 'none',
      ...(mac !== undefined && { address: mac }),
      linkinfo: info,
      addr_info: [{ family: 'inet', local, prefixlen: 32, scope: 'global', label: name }],
    },
    text: [
      `${index}: ${name}: <${flags.join(',')}>${mtu === undefined ? '' : ` mtu ${mtu}`}`,
      mac === undefined ? '    link/none' : `    link/ether ${mac} brd ff:ff:ff:ff:ff:ff`,
      `    ${detail}`,
      `    inet ${local}/32 scope global ${name}`,
    ].join('\n'),
  };
}
