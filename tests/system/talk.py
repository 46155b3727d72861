#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections that last, over TCP and UDP.

talk.py serve PORT ADDRESS...: answers each line with the same line, at each of these addresses
talk.py tcp|udp ADDRESS PORT FILE: sends a line again and again, and writes to FILE how many were
    answered, or "ended" when the connection has ended
"""

import os
import socket
import sys
import threading
import time

PAUSE = 0.05


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def echo(connection):
    with connection:
        while data := connection.recv(100):
            connection.sendall(data)


def serve_tcp(address, port):
    with socket.create_server((address, port), family=family_of(address)) as server:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=echo, args=(connection,), daemon=True).start()


def serve_udp(address, port):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as server:
        server.bind((address, port))
        while True:
            data, peer = server.recvfrom(100)
            server.sendto(data, peer)


def serve(port, *addresses):
    for address in addresses:
        for target in (serve_tcp, serve_udp):
            threading.Thread(target=target, args=(address, int(port)), daemon=True).start()
    while True:
        time.sleep(3600)


def write(path, text):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)


def talk(kind, address, port, path):
    """A datagram may be lost; nothing of a stream is. An error is the end of both."""
    answered = 0
    try:
        with socket.socket(family_of(address),
                           socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as client:
            client.connect((address, int(port)))
            client.settimeout(1 if kind == "udp" else None)
            while True:
                client.send(b"line\n")
                try:
                    if not client.recv(100):
                        break
                    answered += 1
                    write(path, str(answered))
                except TimeoutError:
                    pass
                time.sleep(PAUSE)
    except OSError:
        pass
    write(path, "ended")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    else:
        talk(*sys.argv[1:])
