# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
# `./dev bench ci`: a CI job by nsctl and by other tools, all as the same ordinary user. A job has a workspace and a network of
# its own, runs `true`, and leaves nothing; then the same with one service, for which `true` waits until it listens.
# tests/bench/run loads this. Each table comes twice: on the quiet machine, and with a loop on each processor.

ci_port=8099
ci_podman="podman run --rm --cgroups=disabled --ulimit=host"

# What the user needs for tools that keep state: a home, XDG_RUNTIME_DIR and, in the peers' place, an account.
ci_user() {
	local dir=$work/user

	ci_workspace=$work/workspace
	install -d -o "$uid" -g "$uid" "$dir/home" "$ci_workspace"
	install -d -o "$uid" -g "$uid" -m 700 "$dir/run"
	export HOME=$dir/home XDG_RUNTIME_DIR=$dir/run
	{ cat /etc/passwd && echo "nsctl-bench:x:$uid:$uid::$HOME:/bin/sh"; } >"$work/passwd"
	in_place mount --bind "$work/passwd" /etc/passwd
}

# in_place COMMAND...: runs it in the peers' mount namespace.
in_place() {
	nsenter --mount="/proc/$crun_pid/ns/mnt" -- "$@"
}

# A user manager for systemd-run. Where another init has booted the machine, it believes, in the peers' place, that it was systemd.
ci_manager() {
	[ -x /lib/systemd/systemd ] || return
	ci_cgroup=nsctl-bench-$$
	# shellcheck disable=SC2016 # its own arguments
	nsenter --mount="/proc/$crun_pid/ns/mnt" sh -c '
		mkdir -p /run/systemd "$1" && mount -t tmpfs none /run/systemd && mkdir /run/systemd/system
		chown -R "$2:$2" "$1" && echo $$ >"$1/cgroup.procs"
		exec setpriv --reuid="$2" --regid="$2" --clear-groups /lib/systemd/systemd --user' sh "/sys/fs/cgroup/$ci_cgroup" "$uid" \
		>"$work/manager.log" 2>&1 </dev/null &
	ci_manager_pid=$!
	pids+=("$ci_manager_pid")
	wait_for test -S "$XDG_RUNTIME_DIR/systemd/private" || note "systemd --user: $(tail -n 1 "$work/manager.log")"
}

# Ends the manager, and the process by which podman keeps a user's namespaces.
ci_clean() {
	local file=$work/user/run/libpod/tmp/pause.pid

	[ ! -s "$file" ] || kill -9 "$(cat "$file")"
	[ -z "${ci_manager_pid-}" ] || end_process "$ci_manager_pid"
	[ -z "${ci_cgroup-}" ] || find "$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)/$ci_cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
}

# ci_peer TARGET NAME WORD...: prints the lines of a peer. One that cannot run here is named with its own last words.
ci_peer() {
	local reason line

	read -r -a line <<<"${*:3}"
	printf 'peer %s %s\nas %s\nin /proc/%s/ns/mnt\nrun %s\n' "$1" "$2" "$uid" "$crun_pid" "${line[*]}"
	command -v "${line[0]}" >/dev/null || return
	reason=$(in_place setpriv --reuid="$uid" --regid="$uid" --clear-groups -- "${line[@]//'{i}'/0}" 2>&1 </dev/null) ||
		printf 'missing %s\n' "$(tail -n 1 <<<"$reason" | tr '|' '/')"
}

# The root file system for crun and podman, and crun's configuration, which maps the user to root.
ci_bundle() {
	local map="[{\"containerID\": 0, \"hostID\": $uid, \"size\": 1}]"

	bundle_make "$1" "$2"
	cp "$work/serve" "$1/rootfs/serve"
	mkdir -p "$1/rootfs"/{etc,run,sys,tmp,work}
	sed -i -e 's|{"type": "pid"}|{"type": "user"}, &|' \
		-e "s|\"linux\": {|&\"uidMappings\": $map, \"gidMappings\": $map, |" \
		-e "s|\"source\": \"proc\"}|&, {\"destination\": \"/work\", \"source\": \"$ci_workspace\", \"options\": [\"bind\"]}|" \
		"$1/config.json"
	chown -R "$uid:$uid" "$1"
}

# ci_table LABEL OURS: measures `nsctl run --job` with the words OURS, and the peers whose lines come on stdin.
ci_table() {
	{
		printf 'job %s\nours nsctl\nrun %s run --job %s\n' "$1" "$ours" "$2"
		cat
	} >"$work/table"
	(cd "$ci_workspace" && "$work/bench" -p 99 -n "$runs" -r "$rounds" -u "$uid" <"$work/table" | tail -n +3)
}

# ci_alike WORD...: prints the lines of peers that run these words in one sandbox, or in none.
ci_alike() {
	local words=$* dir inside

	dir=$(mktemp -d "$work/ci-XXXXXX")
	inside=${words//"$work"/}
	ci_bundle "$dir" "[\"${inside// /\", \"}\"]"
	ci_peer 0 "unshare -r" "unshare -r -mpnuiC --fork --kill-child --mount-proc $words"
	ci_peer 0 crun "crun --root=$HOME/crun --cgroup-manager=disabled run --bundle=$dir ci{i}"
	ci_peer 0.1 podman "$ci_podman --network=none --volume=$ci_workspace:/work --rootfs $dir/rootfs $inside"
	ci_peer 0 "systemd-run --user" "systemd-run --user --quiet --wait --collect --property=PrivateUsers=yes --property=PrivateNetwork=yes --property=PrivateTmp=yes $words"
	ci_peer 0 "no sandbox" "$words"
}

# What an engine does with podman: a container for the service, and one for the job in its network.
ci_pod() {
	local dir=$work/ci-pod

	ci_bundle "$dir" '["/true"]'
	cat >"$work/pod" <<-END
		#!/bin/sh
		$ci_podman --detach --name=service\$1 --network=none --rootfs $dir/rootfs /serve $ci_port >/dev/null
		$ci_podman --network=container:service\$1 --volume=$ci_workspace:/work --rootfs $dir/rootfs /serve $ci_port -- /true
		status=\$?
		podman rm --force --time=0 service\$1 >/dev/null
		exit \$status
	END
	chmod 755 "$work/pod"
	ci_peer 0.1 "podman, the service in a container of its own" "sh $work/pod {i}"
}

# The target for a job with a service is bwrap's time and one service's start, and a tenth of podman's. It is set to peers whose
# service runs where ours does: in the job's own sandbox, or in one of its own. In the second case a row shows what a service
# without a sandbox would take.
ci_tables() {
	local box="bwrap --unshare-all --die-with-parent --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --bind $ci_workspace $ci_workspace"
	local serve="$work/serve $ci_port" true=$work/true

	{
		ci_peer 1 bwrap "$box $true"
		ci_alike "$true"
	} | ci_table "job, $1" "$true"
	{
		ci_peer 1 "bwrap, after a start of the service" "$serve $serve -- $box $true"
		ci_peer 0 bwrap "$box $serve $serve -- $true"
		ci_alike "$serve $serve -- $true"
	} | ci_table "job and service in one set, $1" "$serve $serve -- $true"
	{
		ci_peer 1 "bwrap, the service in a bwrap of its own" "$box $serve $box --share-net $serve -- $box --share-net $true"
		ci_pod
		ci_peer 0 "bwrap, after a start of the service" "$serve $serve -- $box $true"
		ci_peer 0 "a start of the service, and no job" "$serve $serve --"
	} | ci_table "job and a service with a set of its own, $1" "--with=$work/services.json $true"
}

job_ci() {
	local loops=() loop i

	ci_user
	ci_manager
	cat >"$work/services.json" <<-END
		{"networks": [{"name": "lan", "subnets": ["auto"]}],
		 "sets": [{"name": "service", "spec": {"links": [{"peer": {"network": "lan"}}]},
		           "command": ["$work/serve", "$ci_port"], "ready": {"port": $ci_port}}]}
	END
	ci_tables quiet
	for ((i = 0; i < $(nproc); i++)); do
		while :; do :; done &
		loops+=($!)
		pids+=($!)
	done
	ci_tables "all processors busy"
	for loop in "${loops[@]}"; do
		end_process "$loop"
	done
}
