# SPDX-License-Identifier: LGPL-2.1-or-later
"""Actions of hostile clients that Connection of tests/lib/varlink.py lacks."""
import os
import socket
import struct
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from varlink import Connection, ConnectionLost as Closed  # noqa: E402, F401


def error_of(reply):
    """Returns the last part of the error's name, or None."""
    return reply.get("error", "").rsplit(".", 1)[-1] or None


def run_in(connection, parameters, method="Exec"):
    """Runs a command to its end. Returns (status as in a shell, output), or the reply with the error."""
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
    """Returns a TCP socket whose last close waits that long, because its peer, which is put into kept, never reads."""
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
    """Closes the descriptor in a thread, because the close of the last copy may never return."""
    threading.Thread(target=descriptor.close, daemon=True).start()
