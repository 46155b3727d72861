# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Varlink client of the tests, independent of the C client: Connection sends anything, Client calls as any user."""
import array
import json
import os
import socket


def patience(seconds):
    """Returns a bound for what takes at most this long on an idle machine; it grows with the load."""
    return seconds * max(1.0, os.getloadavg()[0] / os.cpu_count())


class VarlinkError(Exception):
    """Raised if the daemon answers with an error."""

    def __init__(self, name, parameters):
        super().__init__(f"{name} {json.dumps(parameters)}")
        self.name = name.removeprefix("org.nsctl.")
        self.parameters = parameters


class ConnectionLost(ConnectionError):
    """Raised if the daemon closes the connection without an answer."""


class NoReply(Exception):
    """Raised if the daemon keeps the connection and does not answer."""


class Connection:
    """A connection that sends any bytes and descriptors. Returns every reply as it came, also an error."""

    def __init__(self, path=None, seconds=60, connected=None):
        self.socket = connected or socket.socket(socket.AF_UNIX)
        # a blocking connect() waits for room in the socket's queue; with a time-out, it would fail
        if not connected:
            self.socket.connect(path or os.environ["NSCTL_SOCKET"])
        self.socket.settimeout(patience(seconds))
        self.buffer = b""
        self.fds = []

    def send(self, data, fds=()):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        try:
            sent = self.socket.sendmsg([data], rights)
            self.socket.sendall(data[sent:])
        except (BrokenPipeError, ConnectionResetError) as error:
            raise ConnectionLost from error

    def request(self, method, parameters=None, fds=(), **flags):
        """Sends a call; a method without an interface is one of org.nsctl."""
        if "." not in method:
            method = "org.nsctl." + method
        call = {"method": method, "parameters": parameters or {}, **flags}
        self.send(json.dumps(call).encode() + b"\0", fds)

    def receive(self):
        """Returns the next reply; the descriptors that came along are in fds."""
        while b"\0" not in self.buffer:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(1 << 20, socket.CMSG_SPACE(4 * 253))
            except TimeoutError as error:
                raise NoReply from error
            except ConnectionResetError as error:
                raise ConnectionLost from error
            for level, kind, value in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    self.fds += array.array("i", value[:len(value) - len(value) % 4])
            if not data:
                raise ConnectionLost
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, parameters=None, fds=(), **flags):
        """Returns the first reply to a call."""
        self.request(method, parameters, fds, **flags)
        return self.receive()

    def ok(self, method, parameters=None, fds=(), **flags):
        """Returns the parameters of the reply, which must not be an error."""
        reply = self.call(method, parameters, fds, **flags)
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply}")
        return reply.get("parameters", {})


def become_peer(path, uid, pair, enter):
    """Runs in a child: connects as uid, passes the socket on, and stays until the other end of pair is closed."""
    number = pair.fileno()
    os.closerange(0, number)
    os.closerange(number + 1, os.sysconf("SC_OPEN_MAX"))
    if enter:
        enter()
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
    """
    A process that connects as uid and never has another uid, because the daemon examines it. Before that, it calls
    enter with root's rights.
    """

    def __init__(self, path, uid, enter=None):
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                become_peer(path, uid, theirs, enter)
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
    """A connection of uid's. Raises errors; methods are named without their interface."""

    def __init__(self, path, uid, seconds=20, enter=None):
        self.peer = Peer(path, uid, enter)
        self.connection = Connection(seconds=seconds, connected=self.peer.socket)
        self.socket = self.peer.socket

    def close(self):
        self.socket.close()
        self.peer.close()
        self.close_descriptors()

    def close_descriptors(self):
        """Closes the descriptors that replies have brought so far."""
        while self.connection.fds:
            os.close(self.connection.fds.pop())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, method, parameters, more=False, descriptors=()):
        self.connection.request(method, parameters, descriptors, **({"more": True} if more else {}))

    def receive(self):
        """Returns the next reply's parameters, and whether more follow."""
        reply = self.connection.receive()
        if "error" in reply:
            raise VarlinkError(reply["error"], reply.get("parameters", {}))
        return reply.get("parameters", {}), reply.get("continues", False)

    def call(self, method, **parameters):
        """Returns the one reply's parameters."""
        self.send(method, parameters)
        return self.receive()[0]

    def stream(self, method, **parameters):
        """Yields each reply's parameters, until the last."""
        self.send(method, parameters, more=True)
        continues = True
        while continues:
            reply, continues = self.receive()
            yield reply
