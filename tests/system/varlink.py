# SPDX-License-Identifier: LGPL-2.1-or-later
"""Another Varlink client than nsctl: all it knows is the wire."""
import json
import os
import socket


class Client:
    def __init__(self, path=None):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path or os.environ["NSCTL_SOCKET"])
        self.bytes = b""

    def send(self, method, parameters, more=False):
        call = {"method": method, "parameters": parameters, "more": more}
        self.socket.sendall(json.dumps(call).encode() + b"\0")

    def receive(self):
        while b"\0" not in self.bytes:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.bytes += more
        text, self.bytes = self.bytes.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, parameters):
        self.send(method, parameters)
        return self.receive()
