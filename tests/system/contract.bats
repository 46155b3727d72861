#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a program in any language finds on the socket: errors name the path of the value in the call, and what the
# answers have makes the same again.

load daemon.bash

setup_file() {
	make_config
	configure '[allow]' "egress = $user_id" "publish = $user_id"
	start_daemon --config="$config"
	export runtime daemon config
	nsctl create -n peer
}
teardown_file() {
	nsctl rm --all
	purge_daemon
	rm -f "$config"
}

# wrong PATH REASON METHOD PARAMETERS: the call is refused with InvalidValue.
wrong() {
	local output
	output=$(nsctl --json call "$3" "$4" 2>&1) && { echo "succeeds: $3 $4" && return 1; }
	echo "$3 $4: $output"
	[[ "$output" == *'"error":"org.nsctl.InvalidValue"'*"\"field\":\"$1\",\"reason\":"*"$2"* ]]
}

@test "A link of a set without a place is refused for that" {
	for peer in '{}' '{"host": false}' '{"addresses": ["10.0.0.1/24"]}'; do
		wrong 'spec.links[1].peer.set' "one of set, network or host is needed" Create \
			"{\"name\": \"box\", \"spec\": {\"links\": [{\"peer\": {\"set\": \"peer\"}}, {\"peer\": $peer}]}}"
	done
}

@test "An entry of a map is refused by its key" {
	wrong 'spec.labels.a b' "a key is" Create '{"spec": {"labels": {"good": "", "a b": "c"}}}'
	wrong 'spec.labels.bad' "a value is" Create '{"spec": {"labels": {"good": "", "bad": "\n"}}}'
	wrong 'labels.a b' "a key is" List '{"labels": {"a b": "c"}}'
	wrong 'spec.sysctls.kernel.panic' "not one that a set may have" Create '{"spec": {"sysctls": {"kernel.panic": "1"}}}'
	wrong 'spec.sysctls.net.ipv4.ip_forward' "is no value" Create '{"spec": {"sysctls": {"net.ipv4.ip_forward": ""}}}'
	wrong 'spec.sysctls.net.ipv4.ip_forward' "the kernel does not take this value" Create \
		'{"spec": {"sysctls": {"net.ipv4.conf.all.rp_filter": "2", "net.ipv4.ip_forward": "many"}}}'
}

@test "A gateway beside egress is refused by a path that the call has, and a route with a metric is not" {
	local end='"addresses": ["10.9.0.1/24"]'
	wrong spec.links "a route to default with a metric" Create \
		"{\"name\": \"box\", \"spec\": {\"egress\": true, \"links\": [{\"peer\": {\"set\": \"peer\"}, \"end\": {$end, \"gateway\": \"10.9.0.2\"}}]}}"
	nsctl call Create "{\"name\": \"box\", \"spec\": {\"egress\": true, \"links\": [{\"peer\": {\"set\": \"peer\"},
		\"end\": {$end, \"routes\": [{\"destination\": \"default\", \"via\": \"10.9.0.2\", \"metric\": 500}]}}]}}"
	nsctl rm box
}

@test "A mount that cannot be read-only is not made writable instead" {
	for type in proc dev; do
		wrong 'spec.mounts[0].readOnly' "a later entry of type readOnly" Create \
			"{\"name\": \"box\", \"spec\": {\"mounts\": [{\"type\": \"$type\", \"target\": \"/mnt\", \"readOnly\": true}]}}"
	done
	nsctl call Create '{"name": "box", "spec": {"mounts": [{"type": "dev", "target": "/mnt"}, {"type": "readOnly", "target": "/mnt"},
		{"type": "sysfs", "target": "/media", "readOnly": true}]}}'
	nsctl exec box grep -q '^[^ ]* /mnt [^ ]* ro,' /proc/mounts
	nsctl exec box grep -q '^[^ ]* /media [^ ]* ro,' /proc/mounts
	nsctl rm box
}

@test "A value that is missing, or excludes another one, is refused as such" {
	wrong userName "cannot be combined with user" Exec '{"name": "peer", "command": ["true"], "user": 0, "userName": "root"}'
	wrong processFileDescriptor "unless descriptors are given" Adopt '{"name": "box"}'
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" <<'PYTHON'
import sys
sys.path.insert(0, sys.argv[1])
from varlink import Connection

null = open("/dev/null", "r+b", buffering=0).fileno()
refusal = Connection().call("Capture", {"captureFileDescriptor": 0}, [null], more=True)
assert refusal["parameters"] == {"field": "name", "reason": "is needed"}, refusal
refusal = Connection().call("Exec", {"name": "peer", "command": ["true"], "commandFileDescriptor": 0}, [null])
assert refusal["parameters"]["field"] == "commandFileDescriptor", refusal
PYTHON
}

@test "What the answers have makes the same sets, networks and links again" {
	as "$user_id" python3 - "$BATS_TEST_DIRNAME/../lib" <<'PYTHON'
import os
import sys
sys.path.insert(0, sys.argv[1])
from varlink import Connection


def without(value, names):
    return {name: member for name, member in value.items() if name not in names}


def of_set(spec):
    """Returns the specification for Create: with the descriptor, and without what only answers have."""
    mounts = [{**mount, "sourceFileDescriptor": 0} if mount["type"] == "bind" else mount for mount in spec["mounts"]]
    return {**spec, "mounts": mounts, "publish": [without(port, ["chosen"]) for port in spec["publish"]]}


def of_link(link):
    answers = ["state", "lacks", "device", "received", "sent"]
    return {"name": link["name"], "a": without(link["a"], answers), "b": without(link["b"], answers)}


def of_network(network):
    return without(network, ["owner", "created", "members", "expires", "refusedPackets"])


def the(name):
    return [link for link in nsctld.ok("ListLinks")["links"] if link["name"] == name][0]


nsctld, source = Connection(), os.open("/tmp", os.O_PATH)
nsctld.ok("CreateNetwork", {"name": "lan", "subnets": ["auto"], "dns": ["192.0.2.1"], "lease": {"seconds": 3000}})
nsctld.ok("Create", {"name": "box", "spec": {
    "namespaces": ["user", "mnt", "pid", "net", "uts", "time"], "hostname": "a.test", "mountProc": True,
    "mounts": [{"type": "tmpfs", "target": "/mnt", "size": 1 << 20, "mode": 0o700},
               {"type": "bind", "target": "/mnt/a", "source": "/tmp", "sourceFileDescriptor": 0, "readOnly": True}],
    "clocks": {"monotonic": 2.5}, "dns": ["192.0.2.1"], "hosts": [{"name": "b", "address": "192.0.2.2"}],
    "links": [{"name": "cable", "peer": {"set": "peer", "addresses": ["10.9.0.2/24"]},
               "end": {"addresses": ["10.9.0.1/24"], "mtu": 1400, "interface": "net7",
                       "routes": [{"destination": "10.70.0.0/16", "via": "10.9.0.2"}]}},
              {"peer": {"network": "lan"}, "end": {"aliases": ["nick"]}}],
    "publish": [{"protocol": "tcp", "hostPort": 7080, "port": 80}], "lease": {"seconds": 3000.5},
    "labels": {"a": "b"}, "sysctls": {"net.ipv4.ip_forward": "1"}, "allow": ["192.0.2.0/24:80/tcp"]}}, [source])
spec = of_set(nsctld.ok("Get", {"name": "box"})["set"]["spec"])
nsctld.ok("Create", {"name": "box", "spec": spec, "existing": True}, [source])
nsctld.ok("Remove", {"name": "box"})
nsctld.ok("Create", {"name": "box", "spec": spec}, [source])
assert of_set(nsctld.ok("Get", {"name": "box"})["set"]["spec"]) == spec

for name in "cable", "box-lan":
    link = the(name)
    nsctld.ok("RemoveLink", {"name": name})
    nsctld.ok("AddLink", of_link(link))
    assert of_link(the(name)) == of_link(link), (link, the(name))

network = nsctld.ok("ListNetworks")["networks"][0]
nsctld.ok("Remove", {"name": "box"})
nsctld.ok("RemoveNetwork", {"name": "lan"})
nsctld.ok("CreateNetwork", of_network(network))
assert of_network(nsctld.ok("GetNetwork", {"name": "lan"})["network"]) == of_network(network)
nsctld.ok("RemoveNetwork", {"name": "lan"})
PYTHON
}
