#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Limits that are no namespace: BPF programs of the caller's cgroup (IPAddressDeny=, DeviceAllow= and the like of a
# service), and securebits that forbid root's powers. A set gives no caller what these take away.

load daemon.bash

setup_file() {
	make_config
	start_counted --config="$config"
	service=$(cgroup_root)/nsctl-filter-$$
	mkdir "$service"
	export config service
}

teardown_file() {
	rmdir "$service"
	purge_daemon
}

teardown() {
	nsctl rm --all
	root_nsctl rm --all
	eventually counts_are "$before"
}

device="6 15" egress="1 8" unix_connect="49 18"
# bpf attach|detach "POINT TYPE" CGROUP...: attaches or detaches a program that allows everything. Fails with 3 if the
# kernel lacks this point.
bpf() {
	# shellcheck disable=SC2086
	python3 - "$1" $2 "${@:3}" <<'PYTHON'
import ctypes, errno, os, struct, sys
what, point, kind = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
number = {"x86_64": 321, "i686": 357, "armv7l": 386, "ppc64le": 361, "s390x": 351}.get(os.uname().machine, 280)
libc = ctypes.CDLL(None, use_errno=True)
def bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, 128)
    r = libc.syscall(number, command, buffer, 128)
    if r < 0 and command == 5 and ctypes.get_errno() == errno.EINVAL: sys.exit(3)
    assert r >= 0, os.strerror(ctypes.get_errno())
    return r
# the program is: r0 = 1; exit
code = ctypes.create_string_buffer(struct.pack("<BBhiBBhi", 0xb7, 0, 0, 1, 0x95, 0, 0, 0), 16)
licence = ctypes.create_string_buffer(b"GPL")
program = 0
if what == "attach":
    program = bpf(5, struct.pack("=IIQQ44xI", kind, 2, ctypes.addressof(code), ctypes.addressof(licence), point if kind == 18 else 0))
for path in sys.argv[4:]:
    bpf(8 if what == "attach" else 9, struct.pack("=IIII", os.open(path, os.O_RDONLY), program, point, 0))
PYTHON
}

# from_service ARGUMENT...: runs the client in the cgroup of the service.
from_service() {
	# shellcheck disable=SC2016
	bound "$patience" && SERVICE=$service timeout "$bounded" sh -c 'echo $$ >"$SERVICE/cgroup.procs" && exec "$@"' sh \
		setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i PATH="$PATH" HOME=/ \
		NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" "$@"
}

refused() {
	run from_service "$@"
	[ "$status" -ne 0 ]
	[[ "$output" == *"DeviceAllow="*"unfiltered"* ]] || { echo "$output" && false; }
}

@test "A caller with BPF programs that sets lack is refused with that reason, unless nsctld.conf names its user" {
	from_service create -mpn box
	from_service exec box true
	for program in "$device" "$egress" "$unix_connect"; do
		bpf attach "$program" "$service" || { [ $? -eq 3 ] && echo "# kernel lacks $program" >&3 && continue; }
		refused create -n other
		refused run -n true
		refused exec box true
		refused network create lan
		# a call that starts no process is served
		from_service list --quiet | grep -qx box
		# a client of the same user outside the service is served
		nsctl exec box true
		# a process in a cgroup below is refused, too
		mkdir "$service/below"
		service=$service/below refused create -n other
		rmdir "$service/below"
		# a set in the caller's own cgroup is allowed, because the programs hold for it
		chown "$user_id" "$service" "$service/cgroup.procs"
		from_service create --cgroup=caller -mp below
		from_service exec below true
		nsctl exec below true
		refused exec box true
		from_service rm below
		chown root "$service" "$service/cgroup.procs"
		bpf detach "$program" "$service"
		from_service exec box true
	done
	bpf attach "$device" "$service"
	stop_daemon
	configure '[allow]' "unfiltered = $user_id"
	start_daemon --config="$config"
	from_service exec box true
	from_service run -n true
	stop_daemon
	configure
	start_daemon --config="$config"
	refused exec box true
	from_service rm box
	bpf detach "$device" "$service"
	[ -z "$(nsctl list --quiet)" ]
}

@test "A caller may use sets that have the same BPF programs as its cgroup" {
	bpf attach "$device" "$service" "$(daemon_cgroup)"
	from_service run -n true
	# the sets lack this second program
	bpf attach "$egress" "$service"
	refused run -n true
	bpf detach "$egress" "$service"
	bpf detach "$device" "$service" "$(daemon_cgroup)"
}

@test "Root with securebits that take its capabilities has none in a set either" {
	powerless() { setpriv --securebits +noroot,+noroot_locked env NSCTL_SOCKET="$runtime/socket" "$NSCTL_BUILD/nsctl" "$@"; }
	powerless create -n box
	powerless exec box grep -Eqx 'CapEff:\s+0+' /proc/self/status
	powerless exec box grep -Eqx 'CapBnd:\s+0+' /proc/self/status
	run powerless exec box ip link set lo down
	[ "$status" -ne 0 ]
	start_server network unshare -n sleep 1000
	apart() { [ "$(readlink "/proc/$(server_pid network)/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
	eventually apart
	run powerless adopt --net=7 stolen 7<"/proc/$(server_pid network)/ns/net"
	[ "$status" -ne 0 ]
	[[ "$output" == *"neither"* ]]
	root_nsctl adopt --net=7 stolen 7<"/proc/$(server_pid network)/ns/net"
	end_server network
	# root with its powers may do the same
	root_nsctl exec box ip link set lo down
}
