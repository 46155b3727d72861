#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""forge.py INTERFACE MAC NAME KIND SOURCE TARGET

Sends a datagram to port 7000 of TARGET that says NAME, as if it came from SOURCE, by INTERFACE to the
Ethernet address MAC. KIND:
    plain       as it is
    tagged      behind two VLAN tags of number 0, which mean nothing
    hop         behind a header of hop-by-hop options
    options     behind a header of options for the destination
    head, tail  one of the two fragments of it
    error       not a datagram, but what a router says if it cannot pass one on: one that TARGET has sent
                to port 7000; NAME is the port that it came from, and the address that it went to: PORT/ADDRESS
"""
import ipaddress
import socket
import struct
import sys
import zlib

HOP, ICMP, UDP, FRAGMENT, ICMPV6, OPTIONS = 0, 1, 17, 44, 58, 60
SPLIT = 16


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(source, target, protocol, size):
    return source.packed + target.packed + struct.pack("!II", size, protocol)


def datagram(source, target, name, port):
    data = name.encode().ljust(32, b".")
    size = 8 + len(data)
    header = struct.pack("!HHH", port, 7000, size)
    sum_ = checksum(pseudo_header(source, target, UDP, size) + header + bytes(2) + data)
    return header + struct.pack("!H", sum_ or 0xFFFF) + data


def error(source, target, name):
    """Returns an ICMP or ICMPv6 error "port unreachable"."""
    port, refused = name.split("/")
    make = packet6 if source.version == 6 else packet4
    packet = make("plain", target, ipaddress.ip_address(refused), "", int(port))
    if source.version == 6:
        body = struct.pack("!BBHI", 1, 4, 0, 0) + packet
        sum_ = checksum(pseudo_header(source, target, ICMPV6, len(body)) + body)
    else:
        body = struct.pack("!BBHI", 3, 3, 0, 0) + packet
        sum_ = checksum(body)
    return body[:2] + struct.pack("!H", sum_) + body[4:]


def identification(name):
    """Returns the header fields that the fragments of one datagram have in common."""
    return zlib.crc32(name.encode()) & 0xFFFF


def part(kind, data):
    """Returns the fragment's bytes, its offset, and whether another one follows."""
    if kind == "head":
        return data[:SPLIT], 0, 1
    if kind == "tail":
        return data[SPLIT:], SPLIT, 0
    return data, 0, 0


def packet4(kind, source, target, name, port=68):
    protocol = UDP
    data, offset, more = part(kind, datagram(source, target, name, port))
    if kind == "error":
        protocol, data = ICMP, error(source, target, name)
    fields = (0x45, 0, 20 + len(data), identification(name), more << 13 | offset // 8, 64, protocol)
    addresses = source.packed + target.packed
    sum_ = checksum(struct.pack("!BBHHHBBH", *fields, 0) + addresses)
    return struct.pack("!BBHHHBBH", *fields, sum_) + addresses + data


def packet6(kind, source, target, name, port=68):
    following = UDP
    data, offset, more = part(kind, datagram(source, target, name, port))
    if kind == "error":
        following, data = ICMPV6, error(source, target, name)
    elif kind in ("hop", "options"):
        # an extension header with padding only
        data = struct.pack("!BBBB", following, 0, 1, 4) + bytes(4) + data
        following = HOP if kind == "hop" else OPTIONS
    elif kind in ("head", "tail"):
        data = struct.pack("!BBHI", following, 0, offset | more, identification(name)) + data
        following = FRAGMENT
    return struct.pack("!IHBB", 6 << 28, len(data), following, 64) + source.packed + target.packed + data


def main():
    interface, mac, name, kind, source, target = sys.argv[1:]
    source, target = ipaddress.ip_address(source), ipaddress.ip_address(target)
    six = source.version == 6
    packet = (packet6 if six else packet4)(kind, source, target, name)
    tags = struct.pack("!HHHH", 0x8100, 0, 0x8100, 0) if kind == "tagged" else b""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sender:
        sender.bind((interface, 0))
        own = sender.getsockname()[4]
        ethertype = struct.pack("!H", 0x86DD if six else 0x0800)
        sender.send(bytes.fromhex(mac.replace(":", "")) + own + tags + ethertype + packet)


main()
