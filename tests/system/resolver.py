# SPDX-License-Identifier: LGPL-2.1-or-later
"""resolver.py PROGRAM NETNS SERVER PORT NAME...: plays the keeper for nsctld-resolver.

It makes the sockets of a set in the network namespace NETNS, at port 53 of 127.0.0.1 and ::1, and starts the program
as an ordinary user with a list of these NAMEs and one name server. It lets through every address but those of 10.0.0.0/8,
and prints a line for each message of the resolver: "allow NAME ADDRESS..." or "denied NAME". It ends with the resolver.
"""
import array
import ctypes
import fcntl
import ipaddress
import os
import socket
import struct
import sys

CLONE_NEWNET = 0x40000000
ADD, ALLOWED, ALLOW, DENIED = 1, 5, 16, 17
NESTED = 0x8000
FORBIDDEN = ipaddress.ip_network("10.0.0.0/8")


def enter(namespace):
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def sockets_inside(path):
    with open("/proc/self/ns/net", "rb") as own, open(path, "rb") as inside:
        enter(inside)
        found = []
        for family, address in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
            for kind in socket.SOCK_DGRAM, socket.SOCK_STREAM:
                made = socket.socket(family, kind)
                made.bind((address, 53))
                if kind == socket.SOCK_STREAM:
                    made.listen(16)
                found.append(made)
        enter(own)
    return found


def attribute(number, data):
    return struct.pack("=HH", 4 + len(data), number) + data + bytes(-len(data) % 4)


def nested(number, *attributes):
    return attribute(number | NESTED, b"".join(attributes))


def number32(number, value):
    return attribute(number, struct.pack("=I", value))


def number64(number, value):
    return attribute(number, struct.pack("=Q", value))


def message(kind, request, *attributes):
    body = b"".join(attributes)
    return struct.pack("=IHHII", 16 + len(body), kind, 0, request, 0) + body


def attributes(data):
    """[(number, contents)]"""
    found = []
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        found.append((number & ~NESTED, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


def text(data):
    return data.rstrip(b"\0").decode()


def list_file(names):
    fd = os.memfd_create("names")
    os.write(fd, b"".join(name.encode() + b"\0" for name in names))
    return fd


def add(channel, inside, server, port, names):
    fds = [made.fileno() for made in inside] + [list_file(names)]
    body = message(ADD, 0, number64(1, 1), *(number32(2 + i, i) for i in range(4)),
                   nested(6, number64(2, 1), number32(3, 4), number32(4, len(names))),
                   nested(7, nested(2, attribute(1, server.encode() + b"\0"), number32(2, port))))
    channel.sendmsg([body], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])


def start(program, ours, channel, requests):
    if os.fork() == 0:
        ours.close()
        ends = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (channel.fileno(), requests)]
        os.dup2(ends[0], 3)
        os.dup2(ends[1], 4)
        os.setgroups([])
        os.setresgid(61000, 61000, 61000)
        os.setresuid(61000, 61000, 61000)
        os.execv(program, [program])


def answer(channel, data):
    _, kind, _, request, _ = struct.unpack_from("=IHHII", data)
    fields = attributes(data[16:])
    name = text(dict(fields).get({ALLOW: 3, DENIED: 2}[kind], b""))
    if kind == DENIED:
        print("denied", name, flush=True)
        return
    addresses = [text(dict(attributes(contents))[1]) for number, contents in fields if number == 5]
    refused = sum(1 << i for i, address in enumerate(addresses) if ipaddress.ip_address(address) in FORBIDDEN)
    print("allow", name, *addresses, flush=True)
    channel.send(message(ALLOWED, request, *([number64(1, refused)] if refused else [])))


def main():
    program, namespace, server, port, *names = sys.argv[1:]
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    requests, writing_end = os.pipe()
    start(program, ours, theirs, writing_end)
    theirs.close()
    os.close(writing_end)
    add(ours, sockets_inside(namespace), server, int(port), names)
    print("ready", flush=True)
    with open(requests, "rb") as stream:
        while header := stream.read(16):
            answer(ours, header + stream.read(struct.unpack_from("=I", header)[0] - 16))


main()
