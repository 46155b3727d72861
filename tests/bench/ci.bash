# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
# `./dev bench ci`: a CI job by nsctl and by other tools, all as the same ordinary user. A job has a workspace and a network of
# its own, runs `true`, and leaves nothing; then the same with one service, for which `true` waits until it listens.
# tests/bench/run loads this. Each table comes twice: on the quiet machine, and with a loop on each processor.

ci_port=8099
ci_bundles=0

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
	reason=$(in_place setpriv --reuid="$uid" --regid="$uid" --clear-groups -- "${line[@]}" 2>&1 </dev/null) ||
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

# ci_table LABEL OURS WORD...: the job whose command is WORD..., by nsctl with the words OURS, and by all peers.
ci_table() {
	local label=$1 mine=$2 words=${*:3} dir=$work/ci-$((++ci_bundles)) inside
	local box="bwrap --unshare-all --die-with-parent --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --bind $ci_workspace $ci_workspace"

	inside=${words//"$work"/}
	ci_bundle "$dir" "[\"${inside// /\", \"}\"]"
	{
		printf 'job %s\nours nsctl\nrun %s run --job %s\n' "$label" "$ours" "$mine"
		if [ "$words" = "$mine" ]; then
			ci_peer 1 bwrap "$box $words"
		else
			# the target: bwrap's time, and one service's start
			ci_peer 1 "bwrap, after a start of the service outside" "${words% -- *} -- $box $work/true"
			ci_peer 0 "a start of the service outside, and no job" "${words% -- *} --"
			ci_peer 0 "bwrap, the service in the same sandbox" "$box $words"
			printf 'peer 0 nsctl run --job, the service in the same set\nas %s\nrun %s run --job %s\n' "$uid" "$ours" "$words"
			ci_peer 0 "bwrap, the service in a bwrap of its own" \
				"$box $work/serve $ci_port $box --share-net $work/serve $ci_port -- $box --share-net $work/true"
		fi
		ci_peer 0 "unshare -r" "unshare -r -mpnuiC --fork --kill-child --mount-proc $words"
		ci_peer 0 crun "crun --root=$HOME/crun --cgroup-manager=disabled run --bundle=$dir ci{i}"
		ci_peer 0.1 podman "podman run --rm --cgroups=disabled --ulimit=host --network=none --volume=$ci_workspace:/work --rootfs $dir/rootfs $inside"
		ci_peer 0 "systemd-run --user" "systemd-run --user --quiet --wait --collect --property=PrivateUsers=yes --property=PrivateNetwork=yes --property=PrivateTmp=yes $words"
		ci_peer 0 "no sandbox" "$words"
	} >"$work/table"
	(cd "$ci_workspace" && "$work/bench" -p 99 -n "$runs" -r "$rounds" -u "$uid" <"$work/table" | tail -n +3)
}

ci_tables() {
	ci_table "job, $1" "$work/true" "$work/true"
	ci_table "job with a service, $1" "--with=$work/services.json $work/true" "$work/serve $ci_port $work/serve $ci_port -- $work/true"
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
