/** IP protocol numbers (IANA) under the names that iptables prints. */
export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;
export const SCTP = 132;
export const UDPLITE = 136;
export const DCCP = 33;

const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'all'],
  [ICMP, 'icmp'],
  [2, 'igmp'],
  [4, 'ipencap'],
  [TCP, 'tcp'],
  [UDP, 'udp'],
  [DCCP, 'dccp'],
  [41, 'ipv6'],
  [47, 'gre'],
  [50, 'esp'],
  [51, 'ah'],
  [ICMPV6, 'ipv6-icmp'],
  [88, 'eigrp'],
  [89, 'ospf'],
  [94, 'ipip'],
  [103, 'pim'],
  [108, 'ipcomp'],
  [112, 'vrrp'],
  [115, 'l2tp'],
  [SCTP, 'sctp'],
  [135, 'mobility-header'],
  [UDPLITE, 'udplite'],
]);
const NUMBERS = new Map([...NAMES].map(([number, name]) => [name, number]));
for (const [alias, number] of [
  ['icmpv6', ICMPV6],
  ['icmp6', ICMPV6],
  ['0', 0],
] as const)
  NUMBERS.set(alias, number);

/** The protocol's number, from a name or a number, or undefined. `all` is 0. */
export function parseProtocol(text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= 255 ? Number(text) : undefined;
  return NUMBERS.get(text.toLowerCase());
}

export function protocolName(protocol: number): string {
  return NAMES.get(protocol) ?? String(protocol);
}

/** As people write it: TCP, UDP, ICMP. */
export function protocolTitle(protocol: number): string {
  return protocol === ICMPV6 ? 'ICMPv6' : protocolName(protocol).toUpperCase();
}

export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP || protocol === DCCP || protocol === UDPLITE;
}

/** Ports of well-known services (IANA) that tools print by name when not asked for numbers. */
const PORTS: Readonly<Record<string, number>> = {
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  ntp: 123,
  'netbios-ns': 137,
  'netbios-dgm': 138,
  'netbios-ssn': 139,
  imap2: 143,
  imap: 143,
  snmp: 161,
  'snmp-trap': 162,
  bgp: 179,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  isakmp: 500,
  syslog: 514,
  submission: 587,
  ipp: 631,
  ldaps: 636,
  imaps: 993,
  pop3s: 995,
  openvpn: 1194,
  'ms-sql-s': 1433,
  nfs: 2049,
  mysql: 3306,
  'ipsec-nat-t': 4500,
  mdns: 5353,
  postgresql: 5432,
  amqp: 5672,
  redis: 6379,
  'http-alt': 8080,
  webcache: 8080,
};

/** The port that `text` names, by number or by well-known name. */
export function parsePort(text: string): number | undefined {
  if (/^\d{1,5}$/.test(text)) return Number(text) <= 65535 ? Number(text) : undefined;
  return Object.hasOwn(PORTS, text) ? PORTS[text] : undefined;
}
