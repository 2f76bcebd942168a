"""The hands of a kernel test inside its network namespaces: one process for all of them.

Reads one JSON command a line on standard input, answers each with one JSON line. It opens sockets in namespaces (a
socket stays in the namespace that its thread was in when it was opened), so that nothing has to be started there:
captures on all interfaces, nftables' and xtables' rule traces, servers, clients, and flannel's userspace tunnel.
"""

import base64
import ctypes
import errno
import fcntl
import ipaddress
import json
import os
import select
import socket
import struct
import sys
import threading
import time
from contextlib import contextmanager, suppress

SO_TIMESTAMPNS, SO_RCVBUFFORCE = 35, 33
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
NETLINK_NETFILTER, NFNLGRP_NFTRACE = 12, 9
NFNL_SUBSYS_ULOG, NFNL_SUBSYS_NFTABLES, NFT_MSG_TRACE = 4, 10, 17
IP_PKTINFO, IP_RECVERR, IP_FREEBIND, IP_TRANSPARENT = 8, 11, 15, 19
IPV6_RECVERR, IPV6_RECVPKTINFO, IPV6_PKTINFO = 25, 49, 50
CLONE_NEWNET = 0x40000000
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP, NLMSG_ERROR, NLMSG_DONE = 1, 4, 0x300, 2, 3
NLM_F_CREATE, NFNL_MSG_ACCT_NEW = 0x400, 7 << 8
IPCTNL_MSG_CT_GET, IPCTNL_MSG_CT_DELETE = 1 << 8 | 1, 1 << 8 | 2
IFA_F_TENTATIVE = 0x40
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
RTM_DELNEIGH, RTM_GETNEIGH, NUD_INCOMPLETE, NUD_FAILED = 29, 30, 0x01, 0x20

libc = ctypes.CDLL(None, use_errno=True)
home = os.open("/proc/self/ns/net", os.O_RDONLY)


def enter(fd):
    if libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def inside(namespace):
    fd = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    enter(fd)
    os.close(fd)
    try:
        yield
    finally:
        enter(home)


watched = {}  # file descriptor -> what to call when it can be read
timers = []  # (when, what to call)
MOST_RECORDS = 200_000


class Records(list):
    """Captured packets, trace events and accepted connections since the last `take`; of a storm, how it began."""

    def append(self, record):
        if len(self) == MOST_RECORDS:
            super().append({"kind": "lost", "space": ""})
        elif len(self) < MOST_RECORDS:
            super().append(record)


records = Records()


def watch(source, callback):
    watched[source if isinstance(source, int) else source.fileno()] = (source, callback)


def unwatch(source):
    watched.pop(source if isinstance(source, int) else source.fileno(), None)


def read(fd):
    try:
        if fd in watched:
            watched[fd][1]()
    except BlockingIOError:
        pass  # read already, while another command waited for silence
    except OSError as error:
        if error.errno != errno.ENOBUFS:
            raise
        records.append({"kind": "lost", "space": ""})  # a storm of packets, or a machine without time


def text(data):
    return base64.b64encode(data).decode()


# ---- captures


def capture(namespace):
    """All packets on all interfaces, as `tcpdump -p` shows them.

    A bridge in promiscuous mode would show what it only passes on as well, but hand it up to the node's IP stack, too:
    a frame that br_netfilter has DNATed would then be there twice.
    """
    with inside(namespace):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
    tap.setblocking(False)

    def read():
        data, ancillary, _, (name, protocol, kind, *_) = tap.recvmsg(4096, 256)
        if protocol not in (0x0800, 0x86DD):
            return
        stamp = next((struct.unpack("qq", value[:16]) for _, option, value in ancillary if option == SO_TIMESTAMPNS))
        direction = "out" if kind == socket.PACKET_OUTGOING else "in"
        records.append(
            {
                "kind": "packet",
                "space": namespace,
                "interface": name,
                "direction": direction,
                "time": stamp[0] + stamp[1] / 1e9,
                "bytes": text(data[:256]),
            }
        )

    watch(tap, read)


# ---- which rules match: NFT_MSG_TRACE, and TRACE of the legacy tables by way of nfnetlink_log


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def messages(data):
    while len(data) >= 16:
        length, kind = struct.unpack_from("=IH", data)
        if length < 16:
            break
        yield kind, data[16:length]
        data = data[(length + 3) & ~3 :]


def nested(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)


def number(data):
    return int.from_bytes(data, "big") if data else None


def name(data):
    return data.rstrip(b"\0").decode() if data else None


def trace_rules(namespace):
    with inside(namespace):
        nft = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        log = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        for link in (nft, log):
            link.bind((0, 0))
            link.setblocking(False)
            link.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
        nft.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE)
        # NFULNL_MSG_CONFIG of group 0: bind; copy 256 bytes; do not wait for a second packet.
        for attribute in (nested(1, b"\1"), nested(2, struct.pack(">IBx", 256, 2)), nested(5, struct.pack(">I", 1))):
            body = struct.pack(">BBH", 0, 0, 0) + attribute
            log.send(struct.pack("=IHHII", 16 + len(body), (NFNL_SUBSYS_ULOG << 8) | 1, 1, 0, 0) + body)

    def read_nft():
        for kind, body in messages(nft.recv(65536)):
            if kind != (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_TRACE:
                continue
            found = attributes(body[4:])
            records.append(
                {
                    "kind": "rule",
                    "flavour": "nft",
                    "space": namespace,
                    "time": time.time(),
                    "table": name(found.get(1)),
                    "chain": name(found.get(2)),
                    "handle": number(found.get(3)),
                    "type": {1: "policy", 2: "return", 3: "rule"}.get(number(found.get(4))),
                    "policy": number(found.get(16)),
                    "id": number(found.get(6)),
                    "protocol": number(found.get(15)),
                    "in": number(found.get(10)),
                    "out": number(found.get(12)),
                    "bytes": text(found[8][: header_length(found[8])] + found.get(9, b"")) if 8 in found else None,
                }
            )

    def read_log():
        for kind, body in messages(log.recv(65536)):
            if kind != (NFNL_SUBSYS_ULOG << 8) | 0:
                continue
            found = attributes(body[4:])
            prefix = (name(found.get(10)) or "").strip()
            if prefix.startswith("TRACE: "):
                table, chain, kind, position = prefix[7:].rsplit(":", 3)
                records.append(
                    {
                        "kind": "rule",
                        "flavour": "legacy",
                        "space": namespace,
                        "time": time.time(),
                        "table": table,
                        "chain": chain,
                        "type": kind,
                        "position": int(position),
                        "bytes": text(found.get(9, b"")),
                    }
                )

    watch(nft, read_nft)
    watch(log, read_log)


def header_length(network):
    return (network[0] & 15) * 4 if network[0] >> 4 == 4 else 40


# ---- servers

# Sockets of both ends, open until they are forgotten: what ends a connection is no matter of the attempt, and changes
# what is tracked. Who waits for an acknowledgement would send again during the next one.
clients, accepted = [], []


def serve(namespace, protocol, address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(namespace):
        server = socket.socket(family, socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if protocol == "transparent":
        server.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if protocol == "udp":
        # Answers come from the address that was asked.
        if family == socket.AF_INET:
            server.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        else:
            server.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
    server.bind((address, port))
    server.setblocking(False)

    def accept(peer, local):
        records.append({"kind": "accepted", "space": namespace, "peer": list(peer[:2]), "local": local})

    def read_tcp():
        connection, peer = server.accept()
        accept(peer, connection.getsockname()[0])
        # Before it is asked, so that a client that asks nothing has an answer, too.
        body = f"hello, you are {peer[0]} port {peer[1]}\n"
        connection.sendall(f"HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        connection.setblocking(False)
        accepted.append(connection)

        def until_closed():
            try:
                if connection.recv(4096):
                    return
            except BlockingIOError:
                return
            except OSError:
                pass  # reset
            unwatch(connection)
            accepted.remove(connection)
            connection.close()

        watch(connection, until_closed)

    def read_udp():
        try:
            data, ancillary, _, peer = server.recvmsg(4096, 256)
        except OSError:
            return  # an ICMP error for an earlier answer
        accept(peer, None)
        reply_from = [
            (level, kind, struct.pack("=I4s4s", 0, value[8:12], value[8:12]))
            if level == socket.IPPROTO_IP
            else (level, IPV6_PKTINFO, value[:16] + struct.pack("=I", 0))
            for level, kind, value in ancillary
        ]
        try:
            server.sendmsg([b"A" + data[1:]], reply_from, 0, peer)
        except OSError:
            pass  # a rule in OUTPUT forbids it: the trace shows it

    if protocol == "udp":
        watch(server, read_udp)
    else:
        server.listen(16)
        watch(server, read_tcp)


# ---- clients


def send(namespace, protocol, address, port, sport, token, seconds, done):
    """One packet that wants an answer. Ends with what a program would see."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    to = (address, 0) if protocol == "icmp" and family == socket.AF_INET6 else None
    with inside(namespace):
        if protocol == "icmp":
            number_of = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
            client = socket.socket(family, socket.SOCK_RAW, number_of)
            if family == socket.AF_INET:
                client.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            else:
                client.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        else:
            client = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # The port alone: the address is chosen by the route.
            client.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", sport))
        client.setblocking(False)
        result = {"connected": False, "answered": False, "error": None, "local": None}
        # A raw socket over IPv6 looks its way up for each packet: not from a source that connect() has chosen.
        code = 0 if to else client.connect_ex((address, port))
    deadline = time.monotonic() + seconds
    finished = []

    def finish(code=None):
        if finished:
            return
        finished.append(True)
        unwatch(client)
        writers.pop(client.fileno(), None)
        if code:
            result["error"] = errno.errorcode.get(code, str(code))
        clients.append(client)
        done(result)

    def read():
        try:
            data, peer = client.recvfrom(4096)
        except BlockingIOError:
            return None
        except OSError as error:
            return finish(error.errno)
        # Like any other, it waits for an answer from whom it has asked.
        if protocol == "icmp" and (not echoes(family, data, sport) or (to and peer[0] != address)):
            return
        result["connected"] = True
        result["answered"] = len(data) > 0
        finish()

    def connected():
        writers.pop(client.fileno(), None)
        code = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            return finish(code)
        result["connected"] = True
        result["local"] = list(client.getsockname()[:2])
        watch(client, read)

    timers.append((deadline, finish))
    if code not in (0, errno.EINPROGRESS):
        return finish(code)
    if protocol == "tcp":
        writers[client.fileno()] = connected
        return None
    result["local"] = list(client.getsockname()[:2])
    watch(client, read)
    try:
        data = echo_request(family, sport, token) if protocol == "icmp" else token.encode()
        client.sendto(data, to) if to else client.send(data)
    except OSError as error:
        finish(error.errno)
    return None


writers = {}


def greet(namespace, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(namespace), socket.socket(family, socket.SOCK_DGRAM) as client:
        try:
            client.sendto(b"hello", (address, 9))
        except PermissionError:
            pass  # its rules forbid it


def echo_request(family, identifier, token):
    """With 56 bytes of data, as ping sends it."""
    kind = 8 if family == socket.AF_INET else 128
    packet = struct.pack(">BBHHH", kind, 0, 0, identifier, 1) + token.encode().ljust(56)
    total = sum(struct.unpack(f">{(len(packet) + 1) // 2}H", packet + b"\0" * (len(packet) % 2)))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return packet[:2] + struct.pack(">H", ~total & 0xFFFF) + packet[4:]


def echoes(family, data, identifier):
    if family == socket.AF_INET:
        data = data[(data[0] & 15) * 4 :]
    return data[0] == (0 if family == socket.AF_INET else 129) and struct.unpack_from(">H", data, 4)[0] == identifier


# ---- ways in from where the test runs


def relay(namespace, address, port):
    """Listens on a port of its own of this machine's, and passes on to one that `namespace` can reach. Returns it."""
    server = socket.create_server(("127.0.0.1", 0))

    def read_server():
        near, _ = server.accept()
        with inside(namespace):
            far = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=connect, args=(near, far), daemon=True).start()

    def connect(near, far):
        with near, far:
            try:
                far.connect((address, port))
            except OSError:
                # Refused, as far as that can be told of a connection that is open.
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            back = threading.Thread(target=pump, args=(far, near), daemon=True)
            back.start()
            pump(near, far)
            back.join()

    watch(server, read_server)
    return server.getsockname()[1]


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


# ---- flannel's udp backend


def tunnel(namespace, device, bind, port, routes):
    """What flanneld does: from the TUN into a datagram to the node that owns the destination's subnet, and back."""
    table = [(ipaddress.ip_network(subnet), host) for subnet, host in routes.items()]
    with inside(namespace):
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH14x", device.encode(), 0x0001 | 0x1000))
        outer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        outer.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        # Where nothing is local yet, not even lo's address, the socket would be bound and still send from any address
        # (`inet_addr_type_table` says RTN_BROADCAST, and __inet_bind leaves inet_saddr empty).
        fcntl.ioctl(outer, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
        outer.bind((bind, port))
    outer.setblocking(False)

    def from_tun():
        packet = os.read(tun, 65535)
        if packet[0] >> 4 != 4:
            return
        destination = ipaddress.ip_address(packet[16:20])
        host = next((host for subnet, host in table if destination in subnet), None)
        if host is None:
            return
        if packet[8] <= 1:
            records.append({"kind": "expired", "space": namespace})
            return
        checksum = struct.unpack_from(">H", packet, 10)[0] + 0x100
        checksum = (checksum & 0xFFFF) + (checksum >> 16)
        lowered = packet[:8] + bytes([packet[8] - 1]) + packet[9:10] + struct.pack(">H", checksum) + packet[12:]
        try:
            outer.sendto(lowered, (host, port))
        except OSError:
            pass  # rules or routes in the way of the outer packet

    def from_wire():
        packet, _ = outer.recvfrom(65535)
        try:
            os.write(tun, packet)
        except OSError:
            pass  # the device is down

    watch(tun, from_tun)
    watch(outer, from_wire)


# ---- the state of namespaces: no program is started to read it, since there are many of them for each packet


def configure(namespaces, settings):
    """Writes below /proc/sys."""
    for namespace in namespaces:
        with inside(namespace):
            for path, value in settings.items():
                with open(f"/proc/sys/{path}", "w", encoding="ascii") as file:
                    file.write(value)


def counters(namespaces):
    """/proc/net/netstat and snmp, as nstat names them: TcpExtIPReversePathFilter …"""
    return {namespace: counters_of(namespace) for namespace in namespaces}


def counters_of(namespace):
    found = {}
    with inside(namespace):
        for file in ("netstat", "snmp"):
            with open(f"/proc/thread-self/net/{file}", encoding="ascii") as lines:
                rows = [line.split() for line in lines]
            for names, values in zip(rows[::2], rows[1::2]):
                group = names[0].rstrip(":")
                found.update({group + key: int(value) for key, value in zip(names[1:], values[1:])})
    return found


links = {}  # (namespace, netlink protocol) -> socket


def request(namespace, protocol, kind, flags, body):
    """Asks the kernel by netlink; the bodies of what it answers."""
    if (namespace, protocol) not in links:
        with inside(namespace):
            links[namespace, protocol] = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
    link = links[namespace, protocol]
    link.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags, 0, 0) + body)
    found = []
    while True:
        for answer, content in messages(link.recv(1 << 18)):
            if answer in (NLMSG_ERROR, NLMSG_DONE):
                return found
            found.append(content)


def connections(namespaces):
    """Entries of connection tracking: [protocol, [source, port, destination, port], the same of the reply]."""
    return {namespace: entries_of(namespace) for namespace in namespaces}


def entries_of(namespace):
    bodies = request(namespace, NETLINK_NETFILTER, IPCTNL_MSG_CT_GET, NLM_F_DUMP, struct.pack("BBxx", 0, 0))
    tuples = [attributes(body[4:]) for body in bodies]
    return [[number(tuple_of(one[1])[0]), *(tuple_of(one[at])[1] for at in (1, 2))] for one in tuples]


def tuple_of(data):
    """CTA_TUPLE_ORIG, CTA_TUPLE_REPLY."""
    found = attributes(data)
    ip, protocol = attributes(found[1]), attributes(found[2])
    source, destination = (str(ipaddress.ip_address(ip.get(at) or ip[at + 2])) for at in (1, 2))
    return protocol[1], [source, number(protocol.get(2)), destination, number(protocol.get(3))]


def neighbours(namespace):
    """[family, interface, state, address, MAC address]"""
    bodies = request(namespace, socket.NETLINK_ROUTE, RTM_GETNEIGH, NLM_F_DUMP, bytes(12))
    for body in bodies:
        family, interface, state = struct.unpack_from("=BxxxiH", body)
        found = attributes(body[12:])
        yield family, interface, state, found[1], found.get(2)


known = {}  # namespace -> its neighbours when they were last asked for


def changed(namespaces):
    """Those namespaces that know other neighbours than the last time."""
    found = []
    for namespace in namespaces:
        now = sorted(map(repr, neighbours(namespace)))
        if known.get(namespace) != now:
            found.append(namespace)
        known[namespace] = now
    return found


def asking(namespace):
    """Whether a neighbour has been asked for its MAC address, and has not answered."""
    return any(state in (NUD_INCOMPLETE, NUD_FAILED) for _, _, state, _, _ in neighbours(namespace))


def settle_addresses(namespaces, seconds):
    """Waits until no IPv6 address is tentative. When one ceases to be, every socket has to look its way up again
    (rt_genid_bump_ipv6 in addrconf_dad_completed, net/ipv6/addrconf.c), and duplicate address detection works off a
    queue even where it sends nothing."""
    until = time.monotonic() + seconds
    for namespace in namespaces:
        with inside(namespace):
            while tentative() and time.monotonic() < until:
                time.sleep(0.002)


def tentative():
    with open("/proc/thread-self/net/if_inet6", encoding="ascii") as file:
        return any(int(line.split()[4], 16) & IFA_F_TENTATIVE for line in file)


def account(namespace, name):
    """What nfacct(8) adds."""
    zero = struct.pack(">Q", 0)
    body = struct.pack("BBxx", 0, 0) + nested(1, name.encode() + b"\0") + nested(2, zero) + nested(3, zero)
    request(namespace, NETLINK_NETFILTER, NFNL_MSG_ACCT_NEW, NLM_F_ACK | NLM_F_CREATE, body)


def forget(namespaces):
    """What earlier attempts left: connections, lists of `recent`, and neighbours that are still asked on their behalf."""
    # The server's end is gone as soon as it hears of the client's. It tells of its own where it does not.
    for ends in (clients, accepted):
        for end in ends:
            if end.type == socket.SOCK_STREAM:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            unwatch(end)
            end.close()
        if ends:
            ends.clear()
            settle()  # what ends them is on its way, perhaps through a tunnel
    for namespace in namespaces:
        request(namespace, NETLINK_NETFILTER, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, struct.pack("BBxx", 0, 0))
        for family, interface, state, address, _ in list(neighbours(namespace)):
            if state in (NUD_INCOMPLETE, NUD_FAILED):
                body = struct.pack("=BxxxiHBB", family, interface, 0, 0, 0) + nested(1, address)
                request(namespace, socket.NETLINK_ROUTE, RTM_DELNEIGH, NLM_F_ACK, body)
        with inside(namespace):
            folder = "/proc/thread-self/net/xt_recent"
            for name in os.listdir(folder) if os.path.isdir(folder) else []:
                with open(f"{folder}/{name}", "w", encoding="ascii") as file:
                    file.write("/")


# ---- commands


def handle(command):
    operation = command.pop("do")
    identifier = command.pop("id")

    def answer(value=None):
        print(json.dumps({"id": identifier, "value": value}), flush=True)

    if operation == "send":
        send(done=answer, **command)
        return
    if operation == "take":
        settle()
        answer(records[:])
        records.clear()
        return
    operations = {
        "capture": capture,
        "trace": trace_rules,
        "serve": serve,
        "tunnel": tunnel,
        "greet": greet,
        "relay": relay,
        "configure": configure,
        "counters": counters,
        "connections": connections,
        "changed": changed,
        "asking": asking,
        "settle_addresses": settle_addresses,
        "account": account,
        "forget": forget,
    }
    answer(operations[operation](**command))


def settle():
    """Reads what is on its way, until nothing has come for a while."""
    until = time.monotonic() + 1
    while time.monotonic() < until:
        readable = select.select([fd for fd in watched if fd != 0], [], [], 0.03)[0]
        if not readable:
            break
        for fd in readable:
            read(fd)


def read_commands():
    chunk = os.read(0, 1 << 20)
    if not chunk:
        sys.exit(0)
    buffered.append(chunk)
    *lines, rest = b"".join(buffered).split(b"\n")
    buffered[:] = [rest]
    for line in lines:
        command = json.loads(line)
        try:
            handle(dict(command))
        except Exception as error:  # told to the test, which fails with it
            print(json.dumps({"id": command["id"], "error": f"{command}: {error!r}"}), flush=True)


buffered = []
watch(0, read_commands)
while True:
    timers.sort(key=lambda timer: timer[0])
    wait = max(0, timers[0][0] - time.monotonic()) if timers else None
    readable, writable, _ = select.select(list(watched), list(writers), [], wait)
    for fd in readable:
        read(fd)
    for fd in writable:
        if fd in writers:
            writers[fd]()
    # Time is up for who waits when all that was there to be read has been read, however long that took.
    while not readable and not writable and timers and timers[0][0] <= time.monotonic():
        timers.pop(0)[1]()
