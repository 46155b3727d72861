# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests with sets of their own: pytest -p pytest_nsctl [-n 4] test_example.py"""
import subprocess

import pytest

IN_LAN = {"links": [{"peer": {"network": "lan"}}]}
LAN = {
    "networks": [{"name": "lan", "subnets": ["10.8.0.0/24"]}],
    "sets": [
        {"name": "server", "spec": IN_LAN, "command": ["python3", "-m", "http.server", "80"], "ready": {"port": 80}},
        {"name": "client", "spec": IN_LAN},
    ],
}


def test_network_of_its_own(nsctl):
    box = nsctl.set(namespaces=["net"])
    links = box.run("ip", "-o", "link", stdout=subprocess.PIPE, text=True, check=True).stdout
    assert len(links.splitlines()) == 1


# run by several workers at once, though all networks have the same subnet
@pytest.mark.parametrize("number", range(4))
def test_server_and_client(nsctl, number):
    hosts = nsctl.topology(LAN)
    assert hosts["server"].addresses[0].startswith("10.8.0.")
    hosts["client"].run("curl", "-sf", "--output", "/dev/null", "http://server/", check=True)
    assert hosts["client"].run("hostname", stdout=subprocess.PIPE, text=True, check=True).stdout == "client\n"


def test_files(nsctl, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x").write_text("hello")
    box = nsctl.set(namespaces=["mnt"], mounts=[
        {"type": "tmpfs", "target": "/mnt"}, {"type": "bind", "source": str(tmp_path / "data"), "target": "/mnt/data"}])
    assert box.run("cat", "/mnt/data/x", stdout=subprocess.PIPE, text=True, check=True).stdout == "hello"
