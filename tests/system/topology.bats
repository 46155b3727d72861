#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Topologies: they are made whole or not at all, and the examples work. The user is an ordinary one, whom the
# configuration does not name.

load daemon.bash
load net.bash

setup_file() {
	start_host
	examples=$BATS_TEST_DIRNAME/../../docs/examples
	export examples
	count_everything
}

teardown_file() { purge_host; }
teardown() { clean_host; }

# up TEXT [OPTION...]: makes the topology that TEXT describes.
up() {
	local text=$1
	shift
	nsctl up "$@" - <<<"$text"
}

# nothing_of WHY TEXT: checks that the topology is refused for this reason, and that nothing of it is left, without
# waiting.
nothing_of() {
	run nsctl up - <<<"$2"
	[ "$status" -ne 0 ]
	[[ "$output" == *"$1"* ]] || { echo "$output" && return 1; }
	patience=0 leaves "$before"
}

two_and_a_network='{
	"networks": [{"name": "lan", "subnets": ["10.8.0.0/24"]}],
	"sets": [
		{"name": "a", "spec": {"namespaces": ["net"], "links": [{"peer": {"network": "lan"}}]}},
		{"name": "b", "spec": {"namespaces": ["net", "uts"]}}],
	"links": [
		{"a": {"set": "b"}, "b": {"network": "lan"}},
		{"name": "wire", "a": {"set": "a", "addresses": ["10.9.0.1/24"]},
		 "b": {"set": "b", "addresses": ["10.9.0.2/24"]}}]}'

@test "nsctl up makes everything in the file by name, and nsctl down removes it" {
	run up "$two_and_a_network"
	[ "$status" -eq 0 ]
	[ "$output" = $'network lan\nset a\nset b\nlink b-lan\nlink wire' ]
	pings a 10.9.0.2
	pings b 10.8.0.2
	up "$two_and_a_network" && return 1
	pings a 10.9.0.2
	nsctl down - <<<"$two_and_a_network"
	patience=0 leaves "$before"
	# objects that do not exist are no error, but those who mistyped a name want to know
	run nsctl down - <<<"$two_and_a_network"
	[ "$status" -eq 0 ]
	[[ "$output" == *"down -: nothing of it is there"* ]]
	[ -z "$(nsctl down --quiet - <<<"$two_and_a_network" 2>&1)" ]
}

@test "nsctl prune removes all sets, networks and links of the user, and no one else's" {
	up "$two_and_a_network"
	nsctl create -n more
	other create -n theirs
	other network create lan
	run nsctl network rm
	[ "$status" -eq 2 ]
	[[ "$output" == *--all* ]]
	[ "$(nsctl prune 2>&1)" = "nsctl: prune: removed 3 sets and 1 network" ]
	[ -z "$(nsctl list --quiet)$(nsctl --json network list)$(nsctl --json link list)" ]
	[ "$(nsctl prune 2>&1)" = "nsctl: prune: nothing is there, so nothing was removed" ]
	[ "$(nsctl rm --all 2>&1)" = "nsctl: rm: nothing is there, so nothing was removed" ]
	nsctl create -n more
	[ "$(nsctl rm --all 2>&1)" = "nsctl: rm: removed 1 set" ]
	nsctl network create lan
	[ -z "$(nsctl prune --quiet 2>&1)$(nsctl prune --quiet 2>&1)" ]
	nsctl create -n more
	[ -z "$(nsctl prune --json 2>&1)" ]
	other list --quiet | grep -x theirs
	other --json network list | grep '"name":"lan"'
	other rm theirs
	other network rm --all
	leaves "$before"
}

@test "A topology that cannot be made completely leaves nothing" {
	nothing_of "links[1].b.addresses[0]" "${two_and_a_network/10.9.0.2\/24/10.9.0.1/24}"
	nothing_of "networks[0].subnets[0]" "${two_and_a_network/10.8.0.0\/24/10.8.0.1/24}"
	nothing_of "nowhere" "${two_and_a_network/\"network\": \"lan\"/\"network\": \"nowhere\"}"
	nothing_of host-links '{"sets": [{"name": "a", "spec": {"namespaces": ["net"]}}],
		"links": [{"a": {"set": "a"}, "b": {"host": true}}]}'
	nothing_of "sets[1].spec.hostname" '{"sets": [{"name": "a", "spec": {"namespaces": ["net"]}},
		{"name": "b", "spec": {"namespaces": ["net"], "hostname": "x"}}]}'
	# the kernel refuses the last step, when all other objects have been made
	nothing_of gateway "${two_and_a_network/\"10.9.0.1\/24\"]/\"10.9.0.1\/24\"], \"gateway\": \"10.10.0.1\"}"
}

@test "A topology with a taken name is refused, and the existing set stays" {
	nsctl create -n b
	run up "$two_and_a_network"
	[ "$status" -ne 0 ]
	[[ "$output" == *b* ]]
	[ "$(nsctl list --quiet)" = b ]
	[ -z "$(nsctl --json network list)" ]
}

@test "Unknown keys are refused with their path" {
	nothing_of "sets[1].spec.lnks" '{"sets": [{"name": "a", "spec": {}}, {"name": "b", "spec": {"lnks": []}}]}'
	run nsctl call Apply '{"sets": [{"name": "a", "spec": {}}, {"name": "b", "spec": {"lnks": []}}]}'
	[[ "$output" == *"sets[1].spec.lnks"* ]]
	nothing_of "links[0].a.impairment.delay" '{"links": [{"a": {"set": "a", "impairment": {"delay": 3}}, "b": {"set": "b"}}]}'
}

@test "Sets are made in the order that their links need, and a circle is refused" {
	up '{"sets": [
		{"name": "c", "spec": {"namespaces": ["net"], "links": [{"end": {"addresses": ["10.2.0.1/24"]}, "peer": {"set": "b", "addresses": ["10.2.0.2/24"]}}]}},
		{"name": "b", "spec": {"namespaces": ["net"], "links": [{"peer": {"set": "a"}}]}},
		{"name": "a", "spec": {"namespaces": ["net"]}}]}'
	pings c 10.2.0.2
	nsctl rm --all
	nothing_of circle '{"sets": [
		{"name": "b", "spec": {"namespaces": ["net"], "links": [{"peer": {"set": "a"}}]}},
		{"name": "a", "spec": {"namespaces": ["net"], "links": [{"peer": {"set": "b"}}]}}]}'
}

@test "All sets of a topology share one lease, and are renewed and ended together" {
	up "$two_and_a_network" --lease=1h
	nsctl renew a 2
	leaves "$before"
}

@test "A topology is bounded in its number of objects" {
	too_many() {
		python3 -c '
import json, sys
n, kind = int(sys.argv[1]), sys.argv[2]
spec = {"namespaces": ["uts"]}
item = {"sets": lambda i: {"name": "s%d" % i, "spec": spec},
	"networks": lambda i: {"name": "n%d" % i},
	"links": lambda i: {"a": {"set": "s0"}, "b": {"set": "s1"}}}[kind]
print(json.dumps({kind: [item(i) for i in range(n)]}))' "$1" "$2"
	}
	# a topology may not exceed the user's limits, of which a part may be in use
	nothing_of "the limit on sets (1024)" "$(too_many 1025 sets)"
	nsctl create -u other
	run up "$(too_many 1024 sets)"
	[[ "$output" == *"the limit on sets (1024)"* ]]
	nsctl rm other
	nothing_of "the limit on networks (64)" "$(too_many 65 networks)"
	nothing_of "the limit on links (2048)" "$(too_many 2049 links)"
	nothing_of "more than 4096 entries" "$(too_many 4097 links)"
	up "$(too_many 64 sets)"
	[ "$(nsctl list --quiet | wc -l)" -eq 64 ]
}

@test "A large topology can follow a command in a set of its own" {
	# the message has more than 192 KiB, which no other call has
	nsctl run -u true
	nothing_of "the limit on links (2048)" "$(python3 -c '
import json
print(json.dumps({"links": [{"name": "a-link-with-a-long-name-%d" % i, "a": {"set": "a-set-with-a-long-name-0"},
	"b": {"set": "a-set-with-a-long-name-1"}} for i in range(4096)]}))')"
	[ "$(nsctl run -u echo it lives)" = "it lives" ]
}

# ring N: prints a topology of N nodes. Node I has 10.HIGH.LOW.0/31 towards the next one, where I is HIGH and LOW in
# base 250.
ring() { python3 -c '
import json, sys
n = int(sys.argv[1])
print(json.dumps({
	"sets": [{"name": f"n{i}", "spec": {"namespaces": ["net"]}} for i in range(n)],
	"links": [{"name": f"l{i}",
		"a": {"set": f"n{i}", "interface": "right", "addresses": [f"10.{i // 250}.{i % 250}.0/31"]},
		"b": {"set": f"n{(i + 1) % n}", "interface": "left", "addresses": [f"10.{i // 250}.{i % 250}.1/31"]}}
		for i in range(n)]}))' "$1"; }

@test "A ring of a hundred nodes is made and removed" {
	up "$(ring 100)"
	[ "$(nsctl list --quiet | wc -l)" -eq 100 ]
	nsctl exec n99 ping -c 1 -W 20 10.0.99.1
	nsctl exec n50 ping -c 1 -W 20 10.0.49.0
	nsctl down - <<<"$(ring 100)"
	leaves "$before"
}

@test "A thousand nodes are made from one file or not at all, with progress on a terminal" {
	ring 1000 >"$nets/ring.json"
	# the last link cannot be made, so nothing of all the rest stays
	python3 - "$nets/ring.json" >"$nets/wrong.json" <<-'END'
		import json, sys
		ring = json.load(open(sys.argv[1]))
		ring["links"][-1]["b"]["addresses"] = ring["links"][-1]["a"]["addresses"]
		print(json.dumps(ring))
	END
	refused "links[999].b.addresses[0] of link l999 (" up "$nets/wrong.json"
	[ -z "$(nsctl list --quiet)" ]
	leaves "$before"
	nsctl up "$nets/ring.json" >"$nets/made"
	[ "$(wc -l <"$nets/made")" -eq 2000 ]
	[ "$(nsctl list --quiet | wc -l)" -eq 1000 ]
	[ "$(nsctl link list --quiet | wc -l)" -eq 1000 ]
	nsctl exec n999 ping -c 1 -W 20 10.3.249.1
	# the answer does not fit into one message, and the caller has asked for one
	run nsctl call Apply "$(ring 1000 | sed 's/"n/"m/g; s/"l\([0-9]\)/"k\1/g')"
	[ "$status" -ne 0 ]
	nsctl rm --all
	leaves "$before"
	as "$user_id" python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))' \
		"$NSCTL_BUILD/nsctl" up "$nets/ring.json" </dev/null | tr '\r' '\n' | grep -a '[0-9] of 2000 made'
}

@test "A daemon that is killed while it makes a topology leaves all of it or nothing" {
	for point in apply-recorded create-recorded create-pinned create-made apply-part \
		link-recorded link-made link-answered apply-counted; do
		stop_daemon
		NSCTL_KILL_AT=$point start_daemon --config="$config"
		up "$two_and_a_network" && return 1
		eventually is_gone "$(cat "$runtime.pid")"
		start_daemon --config="$config"
		if [ "$point" = apply-counted ]; then
			pings a 10.9.0.2
			nsctl down - <<<"$two_and_a_network"
		fi
		leaves "$before" || { echo "$point" && return 1; }
	done
}

any_is_recorded() { [ -n "$(ls "$runtime/state/links")" ]; }

@test "A topology that fails while another client adds a link to it leaves nothing" {
	stop_daemon
	# only sets with a pid namespace get there
	NSCTL_HANG_AT=create-init start_daemon --config="$config"
	nsctl up - <<<'{"networks": [{"name": "lan"}], "sets": [
		{"name": "a", "spec": {"namespaces": ["mnt", "net"], "links": [{"peer": {"network": "lan"}}]}},
		{"name": "b", "spec": {"namespaces": ["pid"]}}]}' &
	topology=$!
	eventually eval 'nsctl list | grep -q "^a .*ready" && pgrep -x "hangs $daemon"'
	# its answer waits until the names of the topology's members are settled
	nsctl call AddLink '{"a": {"set": "a"}, "b": {"network": "lan"}}' &
	link=$!
	eventually eval '[ "$(nsctl --json link list | grep -c "\"name\"")" -eq 2 ]'
	kill -KILL "$(pgrep -x "hangs $daemon")"
	await $topology && return 1
	await $link || true
	patience=0 leaves "$before"
	stop_daemon
	start_daemon --config="$config"
}

@test "A topology whose client ends in the middle leaves nothing" {
	stop_daemon
	NSCTL_HANG_AT=link-made start_daemon --config="$config"
	up "$two_and_a_network" 2>/dev/null &
	client=$!
	eventually any_is_recorded
	kill "$client"
	wait "$client" || true
	kill_daemon
	start_daemon --config="$config"
	leaves "$before"
}

# of PROJECT: prints the names of the project's sets.
of() { nsctl list --quiet -p "$1"; }

@test "Projects make the same file twice, keep the names in the file, and are removed as a whole" {
	nsctl up -p one "$examples/services.json"
	nsctl up -p two "$examples/services.json"
	[ "$(of one)" = $'one.store\none.web' ]
	for project in one two; do
		[ "$(nsctl exec $project.store hostname)" = store ]
		nsctl exec $project.web getent hosts db
		nsctl exec $project.store curl -s -m 20 -o /dev/null http://web/
	done
	[ "$(nsctl exec one.web getent hosts store)" != "$(nsctl exec two.web getent hosts store)" ]
	refused "there is already a network called one.lan" up -p one "$examples/services.json"
	[ "$(of one)" = $'one.store\none.web' ]
	# here the file names the subnets
	up "$two_and_a_network" -p three
	up "$two_and_a_network" -p four
	pings three.a 10.9.0.2
	pings four.b 10.8.0.2
	nsctl down -p one "$examples/services.json"
	nsctl rm --all -p two
	[ -z "$(nsctl down -p three 2>&1)" ]
	[[ "$(nsctl down -p three 2>&1)" == *"nothing is there in project three"* ]]
	[[ "$(nsctl rm --all --project=three 2>&1)" == *"nothing is there in project three"* ]]
	[[ "$(nsctl down -p three "$examples/services.json" 2>&1)" == *"nothing of it is there in project three"* ]]
	[ -z "$(nsctl --quiet down -p three 2>&1)" ]
	[ "$(nsctl list --quiet; nsctl --json network list | json_names)" = $'four.a\nfour.b\nfour.lan' ]
	nsctl prune
	patience=0 leaves "$before"
	refused "a name without dots" up -p a.b "$examples/services.json"
	refused --all rm --project=one
}

@test "The example with a router between two subnets works" {
	nsctl up "$examples/router.json"
	nsctl exec left ping -c 1 -W 5 10.2.0.2 | grep 'ttl=63'
	nsctl exec right ping -c 1 -W 5 10.1.0.2 | grep 'ttl=63'
	nsctl exec left ping -c 1 -W 5 fd00:2::2 | grep 'ttl=63'
	nsctl exec left ip route | grep '^default via 10.1.0.1'
	nsctl exec router ip -s link
	nsctl link down left-router router
	run nsctl exec left ping -c 1 -W 1 10.2.0.2
	[ "$status" -ne 0 ]
	nsctl link up left-router
	eventually nsctl exec left ping -c 1 -W 1 10.2.0.2
	nsctl down "$examples/router.json"
	patience=0 leaves "$before"
}

# without_netem FILE: prints the topology without the impairments that need netem.
without_netem() { python3 -c '
import json, sys
topology = json.load(open(sys.argv[1]))
for link in topology["links"]:
    for end in link["a"], link["b"]:
        rate = end.pop("impairment").get("rateBitsPerSecond")
        if rate:
            end["impairment"] = {"rateBitsPerSecond": rate}
print(json.dumps(topology))' "$1"; }

@test "The example with a web server behind a bad link and a capture works" {
	topology=$examples/web-bad-link.json impairment=loss=10%
	if ! nsctl up "$topology"; then
		echo "# kernel lacks netem: the example is run with its rate alone" >&3
		refused netem up "$topology"
		patience=0 leaves "$before"
		without_netem "$topology" >"$nets/web.json"
		topology=$nets/web.json impairment=rate=2mbit
		nsctl up "$topology"
	fi
	nsctl exec -d web python3 -m http.server 80
	eventually nsctl exec client curl -s -m 5 -o /dev/null http://10.3.0.1/
	nsctl link list | grep 'rate=1mbit'
	capture=$(mktemp /tmp/nsctl-test-capture.XXXXXX)
	chown "$user_id" "$capture"
	nsctl capture -w "$capture" --filter='tcp port 80' --count=4 client &
	capturing=$!
	eventually test -s "$capture"
	nsctl exec client curl -s -m 60 -o /dev/null http://10.3.0.1/
	await "$capturing"
	python3 "$BATS_TEST_DIRNAME/capture.py" "$capture" >"$nets/packets"
	rm "$capture"
	grep -x 'tcp 10.3.0.2 > 10.3.0.1' "$nets/packets"
	grep -x 'tcp 10.3.0.1 > 10.3.0.2' "$nets/packets"
	nsctl link impair bad "--$impairment"
	nsctl link list | grep "$impairment"
	nsctl link impair bad web --delay=0 --jitter=0
	nsctl link impair bad --clear
	fails grep "$impairment" <<<"$(nsctl link list)"
	nsctl exec client curl -s -m 5 -o /dev/null http://10.3.0.1/
	nsctl down "$topology"
	patience=0 leaves "$before"
}

@test "The example with five nodes on one network works" {
	nsctl up "$examples/five-nodes.json"
	for i in 1 2 3 4 5; do
		for j in 2 3 4 5 6; do pings "node$i" "10.5.0.$j" >/dev/null; done
	done
	nsctl exec node3 ip -br addr | grep 'fd00:5::'
	[ "$(nsctl --json link list node3 | json_names | wc -l)" -eq 1 ]
	nsctl down "$examples/five-nodes.json"
	patience=0 leaves "$before"
}

@test "The example with two routers in a row works" {
	nsctl up "$examples/two-routers.json"
	nsctl exec office ping -c 1 -W 5 10.2.0.2 | grep 'ttl=62'
	nsctl exec lab ping -c 1 -W 5 10.1.0.2 | grep 'ttl=62'
	nsctl exec west ip route | grep '^10.2.0.0/16 via 10.9.0.2 dev trunk'
	nsctl exec lab ip route | grep '^10.1.0.0/16 via 10.2.0.1 .*src 10.2.0.2'
	nsctl link down trunk
	fails nsctl exec office ping -c 1 -W 1 10.2.0.2
	kill_daemon
	start_daemon --config="$config"
	nsctl link up trunk
	eventually nsctl exec office ping -c 1 -W 1 10.2.0.2
	nsctl down "$examples/two-routers.json"
	patience=0 leaves "$before"
}

@test "The example with two uplinks works in both families, and the second uplink takes over" {
	nsctl up "$examples/two-uplinks.json"
	nsctl exec home ip route get 192.0.2.1 | grep 'dev fibre'
	nsctl exec home ip route get 2001:db8::1 | grep 'dev fibre'
	for address in 192.0.2.1 2001:db8::1; do eventually nsctl exec home ping -c 1 -W 1 $address; done
	nsctl link down home-fibre
	nsctl link list | grep -E '^home-fibre .* down '
	nsctl exec home ip route get 192.0.2.1 | grep 'dev mobile'
	for address in 192.0.2.1 2001:db8::1; do eventually nsctl exec home ping -c 1 -W 1 $address; done
	nsctl link up home-fibre
	nsctl exec home ip route get 192.0.2.1 | grep 'dev fibre'
	nsctl exec home ip route get 2001:db8::1 | grep 'dev fibre'
	nsctl down "$examples/two-uplinks.json"
	patience=0 leaves "$before"
}

@test "The example with a hundred nodes works, and the nodes know each other" {
	nsctl up "$examples/hundred-nodes.json"
	[ "$(nsctl list --quiet | wc -l)" -eq 100 ]
	nsctl exec n001 ping -c 1 -W 20 n100
	nsctl exec n100 getent ahostsv6 n050 | grep '^fd00:6::'
	nsctl down "$examples/hundred-nodes.json"
	leaves "$before"
}
