# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Varlink client for tests: calls as any user, with descriptors, without the C client."""
import array
import json
import os
import socket
import time


def patience(seconds):
    """Returns a bound for what takes at most this long on an idle machine; it grows with the load."""
    return seconds * max(1.0, os.getloadavg()[0] / os.cpu_count())


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


def become_peer(path, uid, pair):
    """In a child: connects as uid, hands the socket over, and stays until pair's other end closes."""
    number = pair.fileno()
    os.closerange(0, number)
    os.closerange(number + 1, os.sysconf("SC_OPEN_MAX"))
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError as error:
        pair.send(error.errno.to_bytes(4, "little"))
        return
    socket.send_fds(pair, [bytes(4)], [connection.fileno()])
    connection.close()
    pair.recv(1)


class Peer:
    """A process of uid's that has connected: the daemon looks at it, and it is uid all the time."""

    def __init__(self, path, uid):
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                become_peer(path, uid, theirs)
            finally:
                os._exit(0)
        theirs.close()
        self.pair = ours
        data, descriptors, _, _ = socket.recv_fds(ours, 4, 1)
        if not descriptors:
            self.close()
            raise OSError(int.from_bytes(data, "little"), "cannot connect")
        self.socket = socket.socket(fileno=descriptors[0])

    def close(self):
        self.pair.close()
        os.waitpid(self.pid, 0)


class Client:
    """One connection."""

    def __init__(self, path, uid, seconds=20):
        self.seconds = patience(seconds)
        self.buffer = b""
        self.descriptors = []
        self.peer = Peer(path, uid)
        self.socket = self.peer.socket

    def close(self):
        self.socket.close()
        self.peer.close()
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
