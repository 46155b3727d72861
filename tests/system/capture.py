#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads a pcap file: prints a line for each packet, with what it is and from where to where.

With --begun, only says whether the file has begun: then packets are captured. A file that ends within a
record is an error.
"""
import socket
import struct
import sys

HEADER = struct.Struct("=IHHiIII")
RECORD = struct.Struct("=IIII")
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmp6"}


def describe(frame):
    kind = int.from_bytes(frame[12:14], "big")
    tag = ""
    if kind == 0x8100:
        tag = f"vlan {int.from_bytes(frame[14:16], 'big') & 0xfff} "
        kind, frame = int.from_bytes(frame[16:18], "big"), frame[4:]
    packet = frame[14:]
    if kind == 0x0800:
        source, target = (socket.inet_ntop(socket.AF_INET, packet[at:at + 4]) for at in (12, 16))
        return f"{tag}{PROTOCOLS.get(packet[9], packet[9])} {source} > {target}"
    if kind == 0x86DD:
        source, target = (socket.inet_ntop(socket.AF_INET6, packet[at:at + 16]) for at in (8, 24))
        return f"{tag}{PROTOCOLS.get(packet[6], packet[6])} {source} > {target}"
    return f"{tag}{kind:#06x}"


def main():
    with open(sys.argv[-1], "rb") as file:
        data = file.read()
    if len(data) < HEADER.size:
        sys.exit(1)
    magic, major, minor, _, _, snap, link = HEADER.unpack_from(data)
    assert (magic, major, minor, link) == (0xA1B23C4D, 2, 4, 1), data[:24]
    if "--begun" in sys.argv:
        return
    at = HEADER.size
    while at < len(data):
        seconds, nanoseconds, captured, length = RECORD.unpack_from(data, at)
        at += RECORD.size
        assert captured <= min(length, snap) and nanoseconds < 10**9 and seconds > 0
        assert at + captured <= len(data), "it ends within a record"
        print(describe(data[at:at + captured]))
        at += captured


main()
