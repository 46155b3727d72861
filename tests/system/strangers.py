# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a stranger gets to know of objects that are not its own: asks every method of the interface about them. The calls are
derived from the interface, so a new method is asked, too, or the check fails."""
import json
import os

from hostile import Connection, error_of
from interface import Interface

# Parameters that are names of objects. A call with "owner" is about an object that exists; without it, "name" is a new one.
NAMING = {"name", "network", "set", "session"}
MAKING = {"Create", "Run", "Adopt", "AddLink", "CreateNetwork"}
# Other words in parameters: none of them is the name of an object.
WORDS = {"workingDirectory", "userName", "interface"}


class Stranger:
    """objects: the names of what is not the client's; ids: those of sessions."""

    def __init__(self, objects, ids=()):
        self.connection, self.objects, self.ids = Connection(), objects, ids
        text = self.connection.ok("org.varlink.service.GetInterfaceDescription", {"interface": "org.nsctl"})["description"]
        self.interface = Interface(text)
        self.methods = self.interface.methods()
        self.null = os.open("/dev/null", os.O_WRONLY)

    def call(self, method, **parameters):
        """Returns the first reply to a call with what it needs and these parameters."""
        parameters = {**self.interface.needed(method), **parameters}
        fds = [self.null] if any(name.endswith("FileDescriptor") for name in parameters) else []
        reply = self.connection.call(method, parameters, fds)
        if error_of(reply) == "ExpectedMore":
            reply = self.connection.call(method, parameters, fds, more=True)
        if reply.get("continues"):
            self.connection.socket.close()
            self.connection = Connection()
        return reply

    def check_words(self):
        """Checks that no method names an object in a way that check_alike() does not know."""
        for method, parameters in self.methods.items():
            words = {name for name, kind in parameters.items() if kind in ("string", ("?", "string"))}
            assert words <= NAMING | WORDS, (method, words - NAMING - WORDS)
            if "name" in words and "owner" not in parameters:
                assert method in MAKING, (method, "is it about an object that exists? then it has an owner")

    def ask(self, method, naming, name, **more):
        """Returns the reply as text, without the name."""
        return json.dumps(self.call(method, **{naming: name}, **more)).replace(name, "NAME")

    def check_alike(self, owners, but=()):
        """Checks that each method answers about the objects as about what is not there, with and without each owner."""
        self.check_words()
        asked = 0
        for method, parameters in self.methods.items():
            if method in but:
                continue
            namings = [name for name in NAMING & set(parameters) if name == "session" or "owner" in parameters]
            for naming in namings:
                names = self.ids if naming == "session" else self.objects
                none = "0123456789abcdef" if naming == "session" else "absent"
                others = [{}] + [{"owner": owner} for owner in owners if "owner" in parameters]
                absent = self.ask(method, naming, none)
                assert "NotFound" in absent or naming == "set", (method, absent)
                for name in [*names, none]:
                    for more in others:
                        reply = self.ask(method, naming, name, **more)
                        # what a list has of another's set may depend on the owner that is named, and on nothing else
                        wanted = self.ask(method, naming, none, **more) if naming == "set" else absent
                        assert reply == wanted, (method, naming, name, more, reply, wanted)
                        asked += 1
        return asked

    def check_silent(self, owner=None, but=()):
        """Checks that no method tells of the objects, or of owner, by itself."""
        for method, parameters in self.methods.items():
            if method in but:
                continue
            widest = {"allOwners": True} if "allOwners" in parameters else {}
            for told in each(self.call(method, **widest).get("parameters", {})):
                assert told[1] not in [*self.objects, *self.ids], (method, told)
                assert owner is None or told not in (("owner", owner), ("uid", owner)), (method, told)


def each(value, key=None):
    """Yields (key, value) of all that is in the value; the elements of a list have the key of the list."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield None, name
            yield from each(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from each(inner, key)
    else:
        yield key, value
