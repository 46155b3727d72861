# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an attacker could make of a resolver that was taken over.

nsctld starts it by script-resolver.c as the resolver of a user. In its directory it finds the real program, as "real",
which it becomes unless the user's set has the name server 198.51.100.66; "attack", the name of a function below; and
"log", to which it writes when it has begun ("begun ATTACK") and what the keeper has answered.
"""
import os
import socket
import struct
import sys
import time

DIRECTORY = os.path.dirname(sys.argv[0])
MINE = b"198.51.100.66"
ADD, LIST, UPSTREAMS, REMOVE, ALLOWED, ALLOW, DENIED = 1, 2, 3, 4, 5, 16, 17
NESTED = 0x8000
ALL = 2**64 - 1

channel = socket.socket(fileno=3)
channel.setblocking(True)
os.set_blocking(4, True)


def log(*words):
    with open(f"{DIRECTORY}/log", "a", encoding="ascii") as file:
        print(*words, file=file)


# --- messages ---

def attribute(number, data):
    return struct.pack("=HH", 4 + len(data), number) + data + bytes(-len(data) % 4)


def nested(number, *parts):
    return attribute(number | NESTED, b"".join(parts))


# What is zero or empty is left out.
def text(number, value):
    return attribute(number, value.encode() + b"\0") if value else b""


def number32(number, value):
    return attribute(number, struct.pack("=I", value)) if value else b""


def number64(number, value):
    return attribute(number, struct.pack("=Q", value)) if value else b""


def message(kind, request, *parts):
    body = b"".join(parts)
    return struct.pack("=IHHII", 16 + len(body), kind, 0, request, 0) + body


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        found[number & ~NESTED] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


def allow(request, cookie, version, addresses, entries=(0,), seconds=60):
    return message(ALLOW, request, number64(1, cookie), number64(2, version), text(3, "site.test"),
                   *(nested(4, number32(1, entry)) for entry in entries),
                   *(nested(5, text(1, address), number32(2, seconds)) for address in addresses))


class Set:
    """The set that the keeper has told of."""

    def __init__(self):
        self.request = 0
        while True:
            kind, _, data = self.receive()
            if kind == ADD:
                fields = attributes(data)
                self.cookie, = struct.unpack("=Q", fields[1])
                self.version, = struct.unpack("=Q", attributes(fields[6])[2])
                return

    @staticmethod
    def receive():
        data = channel.recv(65536)
        if not data:
            sys.exit(0)
        _, kind, _, request, _ = struct.unpack_from("=IHHII", data)
        return kind, request, data[16:]

    def ask(self, addresses, **other):
        """Returns which addresses were refused, as bits."""
        self.request += 1
        given = {"cookie": self.cookie, "version": self.version, **other}
        os.write(4, allow(self.request, addresses=addresses, **given))
        while True:
            kind, request, data = self.receive()
            if kind == ALLOWED:
                assert request == self.request
                return struct.unpack("=Q", attributes(data).get(1, bytes(8)))[0]


# --- attacks ---

def lies(mine):
    """Addresses, sets, lists and entries that are not the set's."""
    forbidden = ["10.0.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",
                 "255.255.255.255", "::", "::1", "fd00::1", "fe80::1", "ff02::1", "::ffff:198.51.100.3", "64:ff9b::10.0.0.1",
                 "2002:c633:6403::1", "198.51.100.77", "198.51.100.3/32", "198.51.100.0/24", "0306.0.0.1", "3325256707",
                 "198.51.100.3 ", "198.51.100.3\n", "-", "", "site.test"]
    assert mine.ask(forbidden) == (1 << len(forbidden)) - 1
    public = ["198.51.100.3"]
    for cookie in set(range(200)) - {mine.cookie} | {2**64 - 1}:
        assert mine.ask(public, cookie=cookie) & 1
    for version in mine.version - 1, mine.version + 1, 0, 2**64 - 1:
        assert mine.ask(public, version=version) & 1
    assert mine.ask(public, entries=(1, 2, 9999)) & 1
    assert mine.ask(public, entries=()) & 1
    assert not mine.ask([]) & 1
    log("refused")


def many(mine):
    """More addresses than a set may have."""
    n = 0
    for i in range(40):
        refused = mine.ask([f"198.{i}.{j}.1" for j in range(64)] if i not in (18, 19) else ["198.51.100.1"])
        n += 64 - bin(refused & ALL).count("1") if i not in (18, 19) else 0
    assert 0 < n <= 1024, n
    log("bounded")


def endless(data):
    try:
        while True:
            os.write(4, data)
    except OSError:
        pass


def flood(mine):
    """Requests without end, and no answer is read."""
    endless(allow(1, mine.cookie, mine.version, ["198.51.100.3"]))


def refusals(mine):
    """Lines for the log without end, which look like others."""
    endless(message(DENIED, 0, number64(1, mine.cookie), text(2, "x\n<0>root\x1b[2J\\"), number64(3, ALL)))


def half(_mine):
    """Half a message, and then nothing."""
    os.write(4, message(ALLOW, 1, bytes(100))[:50])
    time.sleep(3600)


def quarter(_mine):
    """A message that ends with the pipe."""
    os.write(4, struct.pack("=IH", 5000, ALLOW))
    os.close(4)


def huge(_mine):
    endless(struct.pack("=IHHII", 2**32 - 1, ALLOW, 0, 1, 0) + bytes(4000))


def tiny(_mine):
    endless(struct.pack("=IHHII", 3, ALLOW, 0, 1, 0))


def kind(_mine):
    endless(message(ADD, 0))


def counts(mine):
    endless(allow(1, mine.cookie, mine.version, ["198.51.100.3"] * 65))


def entries(mine):
    endless(allow(1, mine.cookie, mine.version, ["198.51.100.3"], entries=range(129)))


def index(mine):
    endless(allow(1, mine.cookie, mine.version, ["198.51.100.3"], entries=(2**32 - 1,)))


def lifetime(mine):
    endless(allow(1, mine.cookie, mine.version, ["198.51.100.3"], seconds=2**32 - 1))


def lengths(_mine):
    endless(message(ALLOW, 1, struct.pack("=HH", 65535, 3)))


def noise(_mine):
    endless(os.urandom(4096))


def main():
    if MINE not in channel.recv(65536, socket.MSG_PEEK):
        os.execv(f"{DIRECTORY}/real", ["nsctld-resolver"])
    with open(f"{DIRECTORY}/attack", encoding="ascii") as file:
        attack = file.read().strip()
    log("begun", attack)
    mine = Set()
    globals()[attack](mine)
    # what the keeper says afterwards is read, as by one that works
    while True:
        mine.receive()


try:
    main()
except Exception as error:
    log("failed", repr(error), error.__traceback__.tb_next.tb_lineno)
    raise
