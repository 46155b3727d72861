# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests with sets of their own: pytest -p pytest_nsctl [-n 4] test_example.py"""
import subprocess

import pytest

LAN = {
    "networks": [{"name": "lan", "subnets": ["10.8.0.0/24"]}],
    "sets": [{"name": name, "spec": {"links": [{"peer": {"network": "lan"}}]}} for name in ("server", "client")],
}


def test_network_of_its_own(nsctl):
    box = nsctl.set(namespaces=["net"])
    links = box.run("ip", "-o", "link", stdout=subprocess.PIPE, text=True, check=True).stdout
    assert len(links.splitlines()) == 1


# run by several workers at once, though all networks have the same subnet
@pytest.mark.parametrize("port", [80, 81, 82, 83])
def test_server_and_client(nsctl, port):
    hosts = nsctl.topology(LAN)
    address = hosts["server"].addresses[0]
    server = hosts["server"].start("python3", "-m", "http.server", str(port), stdout=subprocess.PIPE, text=True)
    hosts["client"].run("curl", "-sf", "--retry", "100", "--retry-delay", "1", "--retry-connrefused", "--output", "/dev/null",
                        f"http://{address}:{port}/", check=True)
    assert hosts["client"].run("hostname", stdout=subprocess.PIPE, text=True, check=True).stdout == "client\n"
    server.kill()
    server.wait()


def test_files(nsctl, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x").write_text("hello")
    box = nsctl.set(namespaces=["mnt"], mounts=[
        {"type": "tmpfs", "target": "/mnt"}, {"type": "bind", "source": str(tmp_path / "data"), "target": "/mnt/data"}])
    assert box.run("cat", "/mnt/data/x", stdout=subprocess.PIPE, text=True, check=True).stdout == "hello"
