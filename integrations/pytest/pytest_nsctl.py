# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plugin of pytest: the fixture nsctl makes sets and topologies, which end with the test, or with pytest."""
import copy
import json
import os
import subprocess
import sys
import time
import uuid

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from nsctl_socket import Client, Error  # noqa: E402

SUBNET_SECONDS = 300  # that another test may take, which has the same subnets


class Set:
    """A set. name: its real name, which no other test has."""

    def __init__(self, client, name):
        self.client, self.name = client, name

    def command(self, words):
        return ["nsctl", "exec", self.name, *words]

    def run(self, *words, **options):
        """Runs a command inside, as subprocess.run() does."""
        return subprocess.run(self.command(words), **options)

    def start(self, *words, **options):
        """Starts a command inside, as subprocess.Popen() does."""
        return subprocess.Popen(self.command(words), **options)

    @property
    def addresses(self):
        """The addresses of its interfaces, without lo's and link-local ones."""
        interfaces = self.client.call("Get", {"name": self.name})["set"]["interfaces"]
        found = [address.split("/")[0] for interface in interfaces if interface["name"] != "lo"
                 for address in interface["addresses"]]
        return [address for address in found if not address.startswith("fe80:")]


class Sets:
    """What one test has made."""

    def __init__(self):
        self.client, self.networks, self.sets = Client(), [], []

    def set(self, **spec):
        """Makes a set; the parameters are fields of SetSpec in org.nsctl.varlink."""
        return self.topology({"sets": [{"name": "set", "spec": spec}]})["set"]

    def topology(self, topology):
        """Makes a topology, as nsctl up: a file's path, or what such a file holds. Returns its sets by their names in it."""
        directory = "."
        if not isinstance(topology, dict):
            directory = os.path.dirname(topology)
            with open(topology, encoding="utf-8") as file:
                topology = json.load(file)
        prefix = f"t{uuid.uuid4().hex[:12]}-"
        renamed, descriptors = with_prefix(topology, prefix), []
        try:
            open_sources(renamed, directory, descriptors)
            self.apply({**renamed, "lease": {"connection": True}}, descriptors)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        self.networks += [network["name"] for network in renamed.get("networks", [])]
        made = {part["name"]: Set(self.client, prefix + part["name"]) for part in topology.get("sets", [])}
        self.sets += made.values()
        return made

    def apply(self, topology, descriptors):
        """Networks of one user have different subnets, so tests with the same ones wait for each other."""
        deadline = time.monotonic() + SUBNET_SECONDS
        while True:
            try:
                return self.client.call("Apply", topology, descriptors)
            except Error as error:
                overlaps = "overlapping subnet" in error.parameters.get("reason", "")
                if not overlaps or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def close(self):
        for made in self.sets:
            self.remove("Remove", made.name)
        for name in self.networks:
            self.remove("RemoveNetwork", name)
        self.client.socket.close()

    def remove(self, method, name):
        try:
            self.client.call(method, {"name": name})
        except Error as error:
            if error.name != "org.nsctl.NotFound":  # the test may have removed it
                raise


def with_prefix(topology, prefix):
    """Returns a copy in which all names are new. A set still calls itself by its own name."""
    topology = copy.deepcopy(topology)
    sets, networks, links = (topology.get(key, []) for key in ("sets", "networks", "links"))
    known = {part["name"] for part in [*sets, *networks]}
    ends = [link[side] for link in links for side in ("a", "b")]
    for part in sets:
        spec = part.setdefault("spec", {})
        if "uts" in spec.get("namespaces", ["uts"]):
            spec.setdefault("hostname", part["name"])
        ends += [link["peer"] for link in spec.get("links", [])]
        links = links + spec.get("links", [])
    for end in ends:
        for kind in ("set", "network"):
            if end.get(kind) in known:
                end[kind] = prefix + end[kind]
    for part in [*sets, *networks, *(link for link in links if "name" in link)]:
        part["name"] = prefix + part["name"]
    return topology


def open_sources(topology, directory, descriptors):
    """Opens the sources of mounts and the root directories, relative to the file's directory."""
    def hold(holder, path_key, descriptor_key):
        if path_key in holder:
            holder[path_key] = os.path.abspath(os.path.join(directory, holder[path_key]))
            holder[descriptor_key] = len(descriptors)
            descriptors.append(os.open(holder[path_key], os.O_PATH | os.O_CLOEXEC))
    for part in topology.get("sets", []):
        hold(part["spec"], "rootPath", "rootFileDescriptor")
        for mount in part["spec"].get("mounts", []):
            hold(mount, "source", "sourceFileDescriptor")


@pytest.fixture
def nsctl():
    """Makes sets and topologies for one test."""
    sets = Sets()
    yield sets
    sets.close()
