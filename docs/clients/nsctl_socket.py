#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of nsctld's socket, and a program that shows it: calls, errors, several replies, descriptors."""
import array
import json
import os
import socket
import sys


class Error(Exception):
    """The daemon has refused a call. name: the error's, such as org.nsctl.NotFound."""

    def __init__(self, name, parameters):
        super().__init__(f"{name} {json.dumps(parameters)}")
        self.name, self.parameters = name, parameters


class Client:
    """A connection. Each call is sent alone, and its replies are read before the next one."""

    def __init__(self, path=None):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path or os.environ.get("NSCTL_SOCKET", "/run/nsctl/socket"))
        self.unread = b""

    def send(self, method, parameters, descriptors=(), **flags):
        """Sends a call. Fields whose names end in FileDescriptor are indices into descriptors."""
        call = {"method": "org.nsctl." + method, "parameters": parameters, **flags}
        data = json.dumps(call).encode() + b"\0"
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))
        sent = self.socket.sendmsg([data], [rights] if descriptors else [])
        self.socket.sendall(data[sent:])

    def receive(self):
        """Returns the parameters of the next reply, and whether more replies follow."""
        while b"\0" not in self.unread:
            data = self.socket.recv(1 << 16)  # descriptors that come with it are not wanted
            if not data:
                raise ConnectionError("nsctld has closed the connection")
            self.unread += data
        message, self.unread = self.unread.split(b"\0", 1)
        reply = json.loads(message)
        if "error" in reply:
            raise Error(reply["error"], reply.get("parameters", {}))
        return reply.get("parameters", {}), reply.get("continues", False)

    def call(self, method, parameters=None, descriptors=()):
        """Returns the parameters of the only reply."""
        self.send(method, parameters or {}, descriptors)
        return self.receive()[0]

    def replies(self, method, parameters=None, descriptors=()):
        """Yields the parameters of each reply."""
        self.send(method, parameters or {}, descriptors, more=True)
        continues = True
        while continues:
            reply, continues = self.receive()
            yield reply


def main():
    sys.stdout.reconfigure(line_buffering=True)  # the command writes there, too
    client, events, name = Client(), Client(), "client-python"
    print("version", client.call("GetStatus")["version"])
    try:
        client.call("Get", {"name": "no-such-set"})
    except Error as error:
        print("error", error.name, error.parameters["name"])
    # the set ends with this connection, if it is not removed before
    client.call("Create", {"name": name, "spec": {"namespaces": ["uts"], "lease": {"connection": True}}})
    print("created", name)
    told = events.replies("Monitor", {"set": name})
    next(told)  # the state, which comes first
    echo = {"name": name, "command": ["echo", "hello"], "stdoutFileDescriptor": 0}
    for reply in client.replies("Exec", echo, [1]):
        print(f"ended {reply['exitStatus']}" if "exitStatus" in reply else "started")
    client.call("Remove", {"name": name})
    while "setRemoved" not in [event["what"] for event in next(told).get("events", [])]:
        pass
    print("event setRemoved")


if __name__ == "__main__":
    main()
