# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Varlink client for tests: calls as any user, with descriptors, without the C client."""
import array
import json
import os
import socket
import time


class VarlinkError(Exception):
    """The daemon's answer is an error."""

    def __init__(self, name, parameters):
        super().__init__(f"{name} {json.dumps(parameters)}")
        self.name = name.removeprefix("org.nsctl.")
        self.parameters = parameters


class ConnectionLost(Exception):
    """The daemon hung up before it had answered."""


class NoReply(Exception):
    """The daemon keeps the connection and says nothing."""


def connect_as(path, uid):
    """A socket whose peer is uid: what the kernel tells of it is taken at connect()."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    groups = os.getgroups()
    try:
        os.setgroups([])
        os.setegid(uid)
        os.seteuid(uid)
        connection.connect(path)
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)
    return connection


class Client:
    """One connection."""

    def __init__(self, path, uid, seconds=20):
        self.seconds = seconds
        self.buffer = b""
        self.descriptors = []
        self.socket = connect_as(path, uid)

    def close(self):
        self.socket.close()
        self.close_descriptors()

    def close_descriptors(self):
        """Those that have come with replies so far."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, method, parameters, more=False, descriptors=()):
        call = {"method": f"org.nsctl.{method}", "parameters": parameters}
        if more:
            call["more"] = True
        control = []
        if descriptors:
            control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        try:
            self.socket.sendmsg([json.dumps(call).encode() + b"\0"], control)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ConnectionLost from error

    def receive(self):
        """(parameters, whether more follow) of the next reply."""
        deadline = time.monotonic() + self.seconds
        while b"\0" not in self.buffer:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                data, control, _, _ = self.socket.recvmsg(1 << 16, 4096)
            except TimeoutError as error:
                raise NoReply from error
            except ConnectionResetError as error:
                raise ConnectionLost from error
            for _, kind, content in control:
                if kind == socket.SCM_RIGHTS:
                    received = array.array("i")
                    received.frombytes(content[: len(content) - len(content) % 4])
                    self.descriptors += received
            if not data:
                raise ConnectionLost
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        reply = json.loads(text)
        if "error" in reply:
            raise VarlinkError(reply["error"], reply.get("parameters", {}))
        return reply.get("parameters", {}), reply.get("continues", False)

    def call(self, method, **parameters):
        """The one reply's parameters."""
        self.send(method, parameters)
        return self.receive()[0]

    def stream(self, method, **parameters):
        """Each reply's parameters, until the last."""
        self.send(method, parameters, more=True)
        continues = True
        while continues:
            reply, continues = self.receive()
            yield reply
