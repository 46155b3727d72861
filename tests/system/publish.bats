#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Published ports: which clients reach them, at which addresses, and what becomes of flows that are older than the
# port.

load daemon.bash
load net.bash
load world.bash

setup_file() {
	start_world "egress = $user_id" "publish = $user_id"
	count_everything
}
teardown_file() { purge_host; }
teardown() {
	end_servers
	clean_host
}

# serve SET PORT: starts a web server of both families in the set.
serve() { nsctl exec -d "$1" python3 -m http.server "$2" --bind ::; }
served_to() {
	local where=$1
	shift
	"$where" curl -g -s -m 1 -o /dev/null "$@"
}

@test "Sets with egress reach a published port by the host's address, and other sets do not" {
	nsctl create -n --publish=8080:80 web
	nsctl create -n --egress --publish=8081:80 both
	nsctl create -n --egress client
	nsctl create -n --publish=8082:80 closed
	for set in web both; do serve $set 80; done
	eventually served_to in_world http://203.0.113.2:8080/
	eventually served_to in_world http://203.0.113.2:8081/
	gets client http://203.0.113.2:8080/
	gets client http://203.0.113.2:8081/
	# a set reaches its own published port, too
	gets both http://203.0.113.2:8080/
	gets both http://203.0.113.2:8081/
	if has_ipv6; then
		gets client 'http://[2001:db8::2]:8080/'
		gets both 'http://[2001:db8::2]:8081/'
	fi
	# A set that may not reach the outside does not reach published ports. No set reaches another set's own
	# address.
	gets_not closed http://203.0.113.2:8080/
	is_refused client "http://$(address4_of web):80/"
}

# send_to PORT SOURCE: starts a client in the world that keeps sending datagrams to the host's port.
send_to() {
	start_server "sender$2" nsenter --net="$nets/world" -- python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[2])))
while True:
    try:
        s.sendto(b"x", ("203.0.113.2", int(sys.argv[1])))
    except OSError:
        pass
    time.sleep(0.05)' "$1" "$2"
}
# receives: succeeds if a datagram arrives at the set's port 53.
receives() {
	bound 20
	nsctl exec "$1" timeout "$bounded" python3 -c '
import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::", 53))
s.recvfrom(9)'
}
# is_remembered PORT SOURCE: succeeds if the kernel tracks a flow from the world to this port.
is_remembered() { on_host grep -q "sport=$2 dport=$1 " /proc/net/nf_conntrack; }

@test "UDP flows that are older than a published port reach it, also when the set is made again" {
	nsctl create -n --egress other # from now on the kernel remembers flows
	send_to 5300 6001
	[ ! -e /proc/net/nf_conntrack ] || eventually is_remembered 5300 6001
	nsctl create -n --publish=5300:53/udp first
	receives first
	nsctl rm first
	nsctl create -n --egress taker # gets the addresses that the first one had
	nsctl create -n --publish=5300:53/udp second
	receives second
}

# echo_in SET PORT: starts a UDP server of both families in the set that sends each datagram back.
echo_in() {
	nsctl exec -d "$1" python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
s.bind(("::", int(sys.argv[1])))
while True:
    data, client = s.recvfrom(65535)
    s.sendto(data, client)' "$2"
}
# echoes ADDRESS PORT: succeeds if a datagram from the host comes back from the address that it was sent to.
echoes() {
	on_host timeout 5 python3 -c '
import socket, sys
address, port = sys.argv[1], int(sys.argv[2])
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.connect((address, port))
s.send(b"x" * 1000)
assert len(s.recv(2000)) == 1000' "$1" "$2"
}
proxies() { pgrep -x nsctl-proxy; }

@test "A published port answers on localhost over TCP and UDP, in both families" {
	nsctl create -n --publish=8080:80 --publish=5300:53/udp web
	serve web 80
	echo_in web 53
	for address in 127.0.0.1 127.0.0.53 '[::1]' localhost 203.0.113.2; do
		eventually served_to on_host "http://$address:8080/"
	done
	for address in 127.0.0.1 127.0.0.53 ::1 203.0.113.2; do eventually echoes $address 5300; done
	served_to in_world http://203.0.113.2:8080/
	# the set does not reach the host's loopback addresses
	[ "$(on_host cat /proc/sys/net/ipv4/conf/all/route_localnet)" = 0 ]
	# without a server inside, a connection is refused and does not hang
	nsctl create -n --publish=8081:80 idle
	# curl ends with 7 if there is no connection, and with 56 if the connection was reset
	status=0
	on_host curl -s -m 20 -o /dev/null http://127.0.0.1:8081/ || status=$?
	[ "$status" -eq 7 ] || [ "$status" -eq 56 ]
	nsctl rm web idle
	eventually fails proxies
}

@test "The localhost proxy passes large answers, serves many clients, and keeps half-closed connections" {
	nsctl create -n --publish=8080:80 web
	nsctl exec -d web python3 -c '
import socket, threading
def serve(c):
    n = 0
    while True:
        data = c.recv(65536)
        if not data:
            break
        n += len(data)
    c.sendall(b"%d" % n + b"x" * 3000000)
    c.close()
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 80))
s.listen(200)
while True:
    threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()'
	eventually on_host python3 -c '
import socket, threading
results = []
def ask():
    s = socket.create_connection(("127.0.0.1", 8080))
    s.sendall(b"y" * 1000000)
    s.shutdown(socket.SHUT_WR)
    got = b""
    while True:
        data = s.recv(65536)
        if not data:
            break
        got += data
    results.append(got[:7] == b"1000000" and len(got) == 3000007)
threads = [threading.Thread(target=ask) for i in range(20)]
for t in threads: t.start()
for t in threads: t.join()
assert results == [True] * 20, results'
}

# goes_with_the_daemon PID: checks that the proxy ends when the daemon is killed, and that the next daemon's proxy
# serves the port.
goes_with_the_daemon() {
	kill_daemon
	eventually is_gone "$1"
	start_daemon --config="$config"
	eventually served_to on_host http://127.0.0.1:8080/
}

@test "The localhost proxy has only its owner's rights, and ends with the daemon" {
	nsctl create -n --publish=127.0.0.1:8080:80 web
	serve web 80
	eventually served_to on_host http://127.0.0.1:8080/
	pid=$(proxies)
	grep -E "^Uid:[[:space:]]+$user_id[[:space:]]+$user_id[[:space:]]+$user_id" "/proc/$pid/status"
	[ "$(awk '/^Cap(Prm|Eff|Amb)/ { print $2 }' "/proc/$pid/status" | sort -u)" = 0000000000000000 ]
	grep -E '^NoNewPrivs:[[:space:]]+1' "/proc/$pid/status"
	# the proxy is not dumpable, so its files in /proc belong to root
	[ "$(stat -c %u "/proc/$pid/environ")" = 0 ]
	[ "$(readlink "/proc/$pid/ns/net")" = "$(nsctl exec web readlink /proc/self/ns/net)" ]
	goes_with_the_daemon "$pid"
}

@test "The owner may stop the localhost proxy, which still ends with the daemon and survives others' leases" {
	nsctl create -n --publish=127.0.0.1:8080:80 web
	serve web 80
	eventually served_to on_host http://127.0.0.1:8080/
	# the watcher of a lease's pipe comes and goes
	mkfifo "$runtime.pipe"
	exec 5<>"$runtime.pipe"
	nsctl create -n --lease=fd:6 leased 6<"$runtime.pipe"
	nsctl rm leased
	exec 5>&-
	rm "$runtime.pipe"
	served_to on_host http://127.0.0.1:8080/
	pid=$(proxies)
	as "$user_id" kill -STOP "$pid"
	goes_with_the_daemon "$pid"
}

@test "Idle connections to the localhost proxy keep nobody out" {
	nsctl create -n --publish=127.0.0.1:8080:80 web
	serve web 80
	eventually served_to on_host http://127.0.0.1:8080/
	# these are more connections than the proxy serves at a time and the kernel lets wait
	start_server idlers nsenter --net="$nets/host" -- python3 -c '
import socket, time
idle = []
for i in range(256 + 128):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(("127.0.0.1", 8080))
    idle.append(s)
time.sleep(6000)'
	all_connected() { [ "$(on_host ss -Htn state established '( sport = :8080 )' | wc -l)" -ge 256 ]; }
	eventually all_connected
	eventually served_to on_host http://127.0.0.1:8080/
	end_server idlers
}

# tells_owners: succeeds if the kernel tells which user a UDP socket belongs to.
tells_owners() {
	python3 -c '
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)
dump_by_family = struct.pack("=IHHIIBBBBI48x", 72, 20, 0x301, 1, 0, socket.AF_INET, socket.IPPROTO_UDP, 0, 0, 0xffffffff)
s.send(dump_by_family)
error = 2
assert struct.unpack_from("=IH", s.recv(65536))[1] != error'
}

@test "Datagrams from many ports of one user end no flow of another user at the localhost proxy" {
	tells_owners || skip "kernel lacks CONFIG_INET_UDP_DIAG"
	nsctl create -n --publish=127.0.0.1:5300:53/udp web
	# The server sends each datagram back. When it receives "now", it also sends "late" to the client that has
	# sent "later".
	nsctl exec -d web python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 53))
patient = None
while True:
    data, client = s.recvfrom(2000)
    if data == b"later":
        patient = client
    if data == b"now":
        s.sendto(b"late", patient)
    s.sendto(data, client)'
	eventually echoes 127.0.0.1 5300
	bound 20
	on_host timeout "$bounded" python3 - "$user_id" "$other_id" <<-'PYTHON'
		import os, resource, socket, sys
		user, other = map(int, sys.argv[1:])
		resource.setrlimit(resource.RLIMIT_NOFILE, (2048, 2048))
		def client(uid):
		    os.seteuid(uid)
		    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		    os.seteuid(0)
		    s.connect(("127.0.0.1", 5300))
		    s.settimeout(1)
		    return s
		def ask(s, text):
		    while True:
		        s.send(text)
		        try:
		            return s.recv(2000)
		        except TimeoutError:
		            pass
		patient = client(user)
		ask(patient, b"later")
		# these are more clients than the proxy has room for
		clients = [client(other) for i in range(1200)]
		for s in clients:
		    ask(s, b"x")
		while True:
		    ask(clients[0], b"now")
		    try:
		        if patient.recv(2000) == b"late":
		            break
		    except TimeoutError:
		        pass
	PYTHON
}

@test "A localhost proxy without free descriptors waits, and goes on when it has some" {
	nsctl create -n --publish=127.0.0.1:8080:80 web
	serve web 80
	eventually served_to on_host http://127.0.0.1:8080/
	pid=$(proxies)
	# limit OPTION: changes a limit of the proxy, with the proxy's ids, because not every root may do that
	limit() { setpriv --reuid "$user_id" --regid "$(awk '/^Gid:/ { print $2 }' "/proc/$pid/status")" --clear-groups \
		prlimit --pid "$pid" "$@"; }
	limit --nofile=0:
	start_server waiting nsenter --net="$nets/host" -- curl -s -o "$nets/page" http://127.0.0.1:8080/
	is_connected() { [ -n "$(on_host ss -Htn state established '( dport = :8080 )')" ]; }
	sleeps() { [ "$(awk '{ print $3 }' "/proc/$pid/stat")" = S ]; }
	eventually is_connected
	eventually sleeps
	limit --nofile=100:
	eventually test -s "$nets/page"
	end_server waiting
}

@test "The owner may stop the localhost proxy as soon as it has the owner's uid, and it ends with its set" {
	stop_daemon
	NSCTL_HANG_AT=helper-became start_daemon --config="$config"
	nsctl create -n --publish=127.0.0.1:8080:80 web
	hangs() { pid=$(pgrep -x "hangs $daemon"); }
	eventually hangs
	as "$user_id" kill -STOP "$pid"
	nsctl rm web
	eventually is_gone "$pid"
	stop_daemon
	start_daemon --config="$config"
}

@test "A port can be published at one address, at all of a family, and on loopback" {
	nsctl create -n --publish=127.0.0.1:8080:80 --publish=203.0.113.2:8080:81 two
	serve two 80
	serve two 81
	eventually served_to on_host http://127.0.0.1:8080/
	eventually served_to in_world http://203.0.113.2:8080/
	nsctl create -n --publish=127.0.0.1:8082:80 --publish='[::1]:8082:80' --publish=0.0.0.0:8083:80 --publish='[::]:8084:80' many
	serve many 80
	eventually served_to on_host http://127.0.0.1:8082/
	eventually served_to on_host 'http://[::1]:8082/'
	eventually served_to in_world http://203.0.113.2:8083/
	fails served_to in_world http://203.0.113.2:8082/
	fails served_to on_host http://127.0.0.1:8084/
	fails served_to on_host 'http://[::1]:8083/'
	eventually served_to on_host 'http://[::1]:8084/'
	if has_ipv6; then eventually served_to in_world 'http://[2001:db8::2]:8084/'; fi
	refused twice create -n --publish=8085:80 --publish=127.0.0.1:8085:81 wrong
	refused twice create -n --publish=0.0.0.0:8085:80 --publish=127.0.0.1:8085:81 wrong
	refused "--publish=127.0.0.1:8080:80: is in use" create -n --publish=8999:80 --publish=127.0.0.1:8080:80 wrong
	refused "write it as one" create -n --publish='[::ffff:127.0.0.1]:8085:80' wrong
	refused "is a link-local address" create -n --publish='[fe80::1]:8085:80' wrong
	refused "not an address of this host" create -n --publish=192.0.2.9:8085:80 wrong
	fails on_host python3 -c 'import socket; socket.socket().bind(("127.0.0.1", 8082))'
}

# host_port SET: prints the host's side of the set's first published port.
host_port() { nsctl --json show "$1" | python3 -c '
import json, sys
print(json.load(sys.stdin)["spec"]["publish"][0]["hostPort"])'; }

@test "A range publishes as many ports or the first free one, and port 0 publishes any free port" {
	nsctl create -n --publish=127.0.0.1:8000-8002:80-82 --publish=8000-8001:53-54/udp many
	serve many 82
	eventually served_to on_host http://127.0.0.1:8002/
	[ "$(nsctl list | awk '{ print $NF }')" = \
		127.0.0.1:8000:80,127.0.0.1:8001:81,127.0.0.1:8002:82,8000:53/udp,8001:54/udp ]
	# of a range, the first port that is free is published
	nsctl create -n --publish=8001-8005:80 one
	[ "$(host_port one)" = 8003 ]
	nsctl show one | grep -E 'published +8003 to 80/tcp'
	nsctl create -n --publish=8001-8003:80 two && return 1
	refused "every port from 8001 to 8003 is in use" create -n --publish=8001-8003:80 two
	# port 0 publishes any port that is free, beside ports that the user names
	nsctl create -n --publish=0:80 --publish=0:80/udp --publish=127.0.0.1:0:81 --publish=8090:82 any >"$nets/name" 2>"$nets/told"
	port=$(host_port any)
	[ "$port" -ge 1024 ]
	[ "$(cat "$nets/name")" = any ]
	grep -x "nsctl: any: published $port to 80/tcp" "$nets/told"
	grep -Ex 'nsctl: any: published 127\.0\.0\.1:[0-9]+ to 81/tcp' "$nets/told"
	[ "$(wc -l <"$nets/told")" -eq 3 ]
	nsctl list | grep -E "^any .* $port:80,[0-9]+:80/udp,127.0.0.1:[0-9]+:81,8090:82$"
	told='nsctl: [a-z]+: published 127\.0\.0\.1:[0-9]+ to 80/tcp'
	nsctl run -n --name=once --publish=127.0.0.1:0:80 true 2>&1 | grep -Ex "$told"
	nsctl up - <<<'{"sets": [{"name": "topology", "spec": {"namespaces": ["net"], "publish": [
		{"protocol": "tcp", "hostAddress": "127.0.0.1", "hostPort": 0, "port": 80}]}}]}' 2>&1 | grep -Ex "$told"
	[ -z "$(nsctl --quiet create -n --publish=0:80 silent 2>&1)" ]
	serve any 80
	eventually served_to in_world "http://203.0.113.2:$port/"
	eventually served_to on_host "http://127.0.0.1:$port/"
	fails on_host python3 -c 'import socket, sys; socket.socket().bind(("", int(sys.argv[1])))' "$port"
	# the port stays after a restart, and an existing set with the same request is found
	kill_daemon
	start_daemon --config="$config"
	[ "$(host_port any)" = "$port" ]
	eventually served_to on_host "http://127.0.0.1:$port/"
	nsctl call Create '{"name": "same", "existing": true, "spec": {"namespaces": ["net"], "publish": [{"protocol": "tcp", "hostPort": 0, "port": 80}]}}' >"$nets/first"
	nsctl call Create '{"name": "same", "existing": true, "spec": {"namespaces": ["net"], "publish": [{"protocol": "tcp", "hostPort": 0, "port": 80}]}}' >"$nets/second"
	cmp "$nets/first" "$nets/second"
	# A user cannot have the keeper try thousands of ports, during which all users would wait.
	# shellcheck disable=SC2086
	start_server ports ${daemon_in:-} python3 -c '
import resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
held = [socket.socket() for _ in range(1100)]
for i, s in enumerate(held): s.bind(("", 20000 + i))
open(sys.argv[1], "w").close()
time.sleep(1000)' "$runtime.held"
	eventually test -e "$runtime.held"
	refused "more than 1024 that are in use" create -n --publish=20000-30000:80 --publish=20000-30000:81 wrong
	nsctl create -n --publish=20500-30000:80 right
	[ "$(host_port right)" = 21100 ]
	end_server ports
	rm "$runtime.held"
	refused "differ in length" create -n --publish=8000-8010:80-85 wrong
	refused "30" create -n --publish=9000-9030:80-110 wrong
	refused "below 1024" create -n --publish=1000-1100:80 wrong
}

@test "Translated packets go on while the daemon is down, and others may use the port meanwhile" {
	nsctl create -n --publish=8080:80 --publish=127.0.0.1:8081:80 web
	serve web 80
	eventually served_to in_world http://203.0.113.2:8080/
	kill_daemon
	served_to in_world http://203.0.113.2:8080/
	# the proxy, which has the daemon's socket, ends a moment later
	eventually on_host python3 -c 'import socket; socket.socket().bind(("", 8080))'
	# another process takes one of the two ports, and the daemon serves the other one
	start_server thief nsenter --net="$nets/host" -- python3 -c '
import socket, time
s = socket.socket()
s.bind(("", 8080))
open("'"$runtime.taken"'", "w").close()
while True: time.sleep(60)'
	eventually test -e "$runtime.taken"
	start_daemon --config="$config"
	eventually served_to on_host http://127.0.0.1:8081/
	grep -q "published port 8080 is not reserved" "$runtime.log"
	kill_daemon
	end_server thief
	rm "$runtime.taken"
	start_daemon --config="$config"
	fails on_host python3 -c 'import socket; socket.socket().bind(("", 8080))'
}
