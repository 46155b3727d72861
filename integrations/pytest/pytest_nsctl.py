# SPDX-License-Identifier: LGPL-2.1-or-later
"""A plugin of pytest: the fixture nsctl makes sets and topologies, which end with the test, or with pytest."""
import json
import os
import subprocess
import sys
import uuid

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from nsctl_socket import Client  # noqa: E402


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
    """What one test has made: a project for each topology. They end with a pipe, which only this process keeps open."""

    def __init__(self):
        self.client, self.projects = Client(), []
        self.lease, self.alive = os.pipe()

    def set(self, **spec):
        """Makes a set; the parameters are fields of SetSpec in org.nsctl.varlink."""
        return self.topology({"sets": [{"name": "set", "spec": spec}]})["set"]

    def topology(self, topology):
        """Makes a topology, as nsctl up: a file's path, or what such a file holds. Returns its sets by their names in it."""
        project = f"t{uuid.uuid4().hex[:12]}"
        file, text = ("-", json.dumps(topology)) if isinstance(topology, dict) else (os.fspath(topology), None)
        self.nsctl("up", "--quiet", f"--project={project}", f"--lease=fd:{self.lease}", file, input=text)
        self.projects.append(project)
        made = self.nsctl("list", "--quiet", f"--project={project}", stdout=subprocess.PIPE).stdout.split()
        return {name.partition(".")[2]: Set(self.client, name) for name in made}

    def nsctl(self, *words, **options):
        return subprocess.run(["nsctl", *words], check=True, text=True, pass_fds=[self.lease], **options)

    def close(self):
        for project in self.projects:
            self.nsctl("down", "--quiet", f"--project={project}")
        self.client.socket.close()
        os.close(self.alive)
        os.close(self.lease)


@pytest.fixture
def nsctl():
    """Makes sets and topologies for one test."""
    sets = Sets()
    yield sets
    sets.close()
