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
  ['mh', 135],
  ['ipv6-mh', 135],
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

/** Ports of well-known services (IANA, and Debian's and Fedora's /etc/services) that tools print by name when not asked for numbers. */
const PORTS: ReadonlyMap<string, number> = new Map(
  `echo=7 discard=9 systat=11 daytime=13 chargen=19 ftp-data=20 ftp=21 ssh=22 telnet=23 smtp=25 time=37 whois=43
  tacacs=49 domain=53 bootps=67 bootpc=68 tftp=69 gopher=70 finger=79 http=80 www=80 kerberos=88 pop2=109 pop3=110
  sunrpc=111 portmapper=111 auth=113 ident=113 sftp=115 nntp=119 ntp=123 epmap=135 loc-srv=135 netbios-ns=137
  netbios-dgm=138 netbios-ssn=139 imap2=143 imap=143 snmp=161 snmp-trap=162 snmptrap=162 xdmcp=177 bgp=179 irc=194
  ldap=389 svrloc=427 https=443 microsoft-ds=445 kpasswd=464 submissions=465 ssmtp=465 smtps=465 isakmp=500 exec=512
  biff=512 login=513 who=513 shell=514 syslog=514 printer=515 route=520 router=520 ripng=521 uucp=540 klogin=543
  kshell=544 dhcpv6-client=546 dhcpv6-server=547 rtsp=554 nntps=563 submission=587 ipp=631 ldaps=636 tinc=655
  kerberos-adm=749 domain-s=853 rsync=873 ftps-data=989 ftps=990 telnets=992 imaps=993 ircs=994 pop3s=995 socks=1080
  openvpn=1194 rmiregistry=1099 ms-sql-s=1433 ms-sql-m=1434 l2f=1701 l2tp=1701 radius=1812 radius-acct=1813
  cisco-sccp=2000 nfs=2049 gnunet=2086 zabbix-agent=10050 zabbix-trapper=10051 etcd-client=2379 etcd-server=2380
  iscsi-target=3260 mysql=3306 ms-wbt-server=3389 nut=3493 distcc=3632 svn=3690 epmd=4369 ipsec-nat-t=4500 radmin-port=4899
  rfe=5002 mmcc=5050 sip=5060 sip-tls=5061 xmpp-client=5222 xmpp-server=5269 mdns=5353 postgresql=5432 rplay=5555
  amqps=5671 amqp=5672 vnc-server=5900 x11=6000 redis=6379 gnutella-svc=6346 ircd=6667 afs3-fileserver=7000
  afs3-callback=7001 http-alt=8080 webcache=8080 puppet=8140 bacula-dir=9101 bacula-fd=9102 bacula-sd=9103 git=9418
  webmin=10000 amanda=10080 kamanda=10081 hkp=11371`
    .split(/\s+/)
    .map((pair) => pair.split('=', 2))
    .map(([name = '', port]) => [name, Number(port)]),
);

/** The port that `text` names, by number or by well-known name. */
export function parsePort(text: string): number | undefined {
  if (/^\d{1,5}$/.test(text)) return Number(text) <= 65535 ? Number(text) : undefined;
  return PORTS.get(text);
}
