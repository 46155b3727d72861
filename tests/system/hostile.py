# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Varlink client that says what it is told to, for tests: any bytes, any descriptors."""
import array
import json
import os
import socket
import struct
import threading


class Closed(Exception):
    """The daemon has closed the connection."""


class Connection:
    def __init__(self, path=None):
        self.socket = socket.socket(socket.AF_UNIX)
        # waits where others wait to be accepted; with a time-out it would be refused there
        self.socket.connect(path or os.environ["NSCTL_SOCKET"])
        self.socket.settimeout(60)
        self.buffer = b""
        self.fds = []

    def send(self, data, fds=()):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        sent = self.socket.sendmsg([data], rights)
        self.socket.sendall(data[sent:])

    def receive(self):
        """The next message; the descriptors that came along are in fds."""
        while b"\0" not in self.buffer:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(1 << 20, socket.CMSG_SPACE(4 * 253))
            except ConnectionResetError:
                raise Closed from None
            for level, kind, value in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    self.fds += array.array("i", value[:len(value) - len(value) % 4])
            if not data:
                raise Closed
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, parameters=None, fds=(), **flags):
        """One call and its first reply."""
        if "." not in method:
            method = "org.nsctl." + method
        call = {"method": method, "parameters": parameters or {}, **flags}
        self.send(json.dumps(call).encode() + b"\0", fds)
        return self.receive()

    def ok(self, method, parameters=None, fds=(), **flags):
        """What it answers: an error is the caller's mistake."""
        reply = self.call(method, parameters, fds, **flags)
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply}")
        return reply.get("parameters", {})


def error_of(reply):
    """The error's last word, or None."""
    return reply.get("error", "").rsplit(".", 1)[-1] or None


def run_in(connection, parameters, method="Exec"):
    """Runs a command to its end: (status as a shell has it, what it wrote), or the error's reply."""
    reading, writing = os.pipe()
    reply = connection.call(method, {**parameters, "stdoutFileDescriptor": 0}, [writing], more=True)
    os.close(writing)
    while reply.get("continues"):
        reply = connection.receive()
    with os.fdopen(reading, "rb") as out:
        text = out.read().decode(errors="replace")
    if "error" in reply:
        return reply, text
    parameters = reply["parameters"]
    status = parameters.get("exitStatus")
    return (128 + parameters["signal"] if status is None else status), text


def lingering(kept, seconds=600):
    """A TCP socket whose last close waits that long: its peer, put into kept, never reads what was sent to it."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        sending = socket.socket()
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        sending.connect(listening.getsockname())
        kept.append(listening.accept()[0])
    sending.setblocking(False)
    try:
        while True:
            sending.send(b"x" * 65536)
    except BlockingIOError:
        pass
    sending.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))
    return sending


def close_later(descriptor):
    """Closes it without waiting: should this be the last copy, it may take for ever."""
    threading.Thread(target=descriptor.close, daemon=True).start()
