#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# integrations/autopkgtest: Debian's autopkgtest itself, with a small package, and the protocol, as an ordinary user. The testbed
# has a tree of its own with this machine's /usr. Nothing of it is left.
# shellcheck disable=SC2154

load ../system/daemon.bash

virtual=$BATS_TEST_DIRNAME/../../integrations/autopkgtest
# what a testbed has of this machine
usr=(--bind=/usr:/usr:ro)

setup_file() {
	start_with_subids
	home=$(mktemp -d /run/nsctl-test-home.XXXXXX)
	make_tree "$home/tree"
	chown -R "$user_id:$user_id" "$home"
	export home
}
teardown_file() {
	purge_daemon
	rm -rf "$home"
}
teardown() {
	# without the shell's report
	[ -z "${server_PID:-}" ] || { kill -KILL "$server_PID"; wait "$server_PID" || true; } 2>/dev/null
	eventually nothing_is_left
}

nothing_is_left() { [ -z "$(nsctl ls --quiet)" ] && [ ! -e "$home/copy" ] && counts_are "$before"; }

# make_tree DIRECTORY: a root directory with its own accounts and the packages of this machine.
make_tree() {
	local name
	mkdir -p "$1"/{usr,etc/pam.d,proc,sys,dev,run,root,home,mnt,var/lib/dpkg,var/cache,var/log}
	mkdir -m 1777 "$1/tmp" "$1/var/tmp"
	for name in bin sbin lib lib64; do [ ! -L "/$name" ] || cp -P "/$name" "$1/"; done
	cp -R /etc/{login.defs,alternatives,ld.so.cache} "$1/etc/"
	echo root:x:0:0::/root:/bin/bash >"$1/etc/passwd"
	echo root:x:0: >"$1/etc/group"
	printf '%s required pam_permit.so\n' auth account session >"$1/etc/pam.d/su"
	cp /var/lib/dpkg/status "$1/var/lib/dpkg/"
}

as_user() { as "$user_id" env HOME="$home" TMPDIR="$home" PATH="$NSCTL_BUILD:$virtual:$PATH" "$@" 3>&-; }

# start_server_of [OPTION...]: starts the virtualisation server with the tree; say talks to it.
start_server_of() {
	coproc server { exec setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env -i HOME="$home" NSCTL_SOCKET="$runtime/socket" \
		PATH="$NSCTL_BUILD:$virtual:$PATH" TMPDIR=/tmp autopkgtest-virt-nsctl "$@" "$home/tree" "${usr[@]}" 2>"$home/errors" 3>&-; }
	answers_ok
}

# say COMMAND: tells the server; what follows "ok" is in $answer. answers_ok reads one answer.
say() { echo "$*" >&"${server[1]}" && answers_ok; }
answers_ok() {
	bound "$patience"
	read -r -t "$bounded" answer <&"${server[0]}" || answer=none
	if [[ $answer != ok* ]]; then echo "answer: $answer" && cat "$home/errors" && return 1; fi
	answer=${answer#ok}
	answer=${answer# }
}

# inside COMMAND...: runs it in the testbed, as the server has said.
inside() {
	local words word
	IFS=, read -ra words <<<"$execute"
	for word in "${!words[@]}"; do words[word]=$(printf '%b' "${words[word]//%/\\x}"); done
	as_user "${words[@]}" "$@"
}
# opens: opens the testbed; $scratch is its directory.
opens() { say open && scratch=$answer && say print-execute-command && execute=$answer; }
ends() { say close && echo quit >&"${server[1]}" && wait "$server_PID"; }

# make_package: a source package whose tests depend on nothing.
make_package() {
	local debian=$home/package/debian
	mkdir -p "$debian/tests"
	printf '%s\n' 'Source: thing' 'Section: misc' 'Priority: optional' 'Maintainer: A <a@example.org>' '' 'Package: thing' \
		'Architecture: all' 'Description: thing' >"$debian/control"
	printf '%s\n' 'thing (1) unstable; urgency=low' '' '  * .' '' ' -- A <a@example.org>  Thu, 01 Jan 2026 00:00:00 +0000' >"$debian/changelog"
	cat >"$debian/tests/control" <<'END'
Test-Command: id -u && ip -o link | wc -l && touch /etc/mine && echo made >"$AUTOPKGTEST_ARTIFACTS/artifact"
Features: test-name=as-root
Depends:
Restrictions: needs-root, breaks-testbed

Test-Command: test ! -e /etc/mine && test "$(id -un)" = nsctl && ! touch /etc/mine 2>/dev/null
Features: test-name=as-user
Depends:

Test-Command: exit 125
Features: test-name=fails
Depends:
END
}

@test "autopkgtest runs a package's tests as root and as a user, with a fresh testbed after one that breaks it" {
	make_package
	# it opens /dev/stderr, which must be the user's
	# shellcheck disable=SC2016
	run as_user bash -c 'set -o pipefail && "$@" 2>&1 | cat' - \
		autopkgtest --no-built-binaries --output-dir="$home/output" "$home/package" -- nsctl "$home/tree" "${usr[@]}"
	echo "$output"
	[ "$status" -eq 4 ]
	[ "$(sed 's/  */ /g' "$home/output/summary")" = $'as-root PASS\nas-user PASS\nfails FAIL non-zero exit status 125' ]
	[ "$(cat "$home/output/as-root-stdout")" = $'0\n1' ]
	[ "$(cat "$home/output/artifacts/artifact")" = made ]
}

@test "The testbed copies files, passes statuses on, and is as before after a revert" {
	start_server_of
	opens
	mkdir "$home/down"
	echo text >"$home/down/a b"
	say copydown "$home/down/" "$scratch/down/"
	say copydown "$home/down/a%20b" "/etc/a%20b"
	[ "$(inside cat "$scratch/down/a b" "/etc/a b")" = $'text\ntext' ]
	inside chown nsctl /etc
	say copyup "/etc/a%20b" "$home/up"
	[ "$(cat "$home/up")" = text ]
	for code in 0 1 124 125 253; do
		run inside sh -c "exit $code"
		[ "$status" -eq "$code" ]
	done
	run inside sh -c 'kill -KILL $$'
	[ "$status" -eq 137 ]
	[ "$(echo through | inside cat)" = through ]
	say revert
	[ "$answer" = "$scratch" ]
	[ "$(inside stat -c %U /etc)" = root ]
	fails inside test -e "/etc/a b"
	ends
	run inside true
	[ "$status" -eq 255 ]
	[ ! -e "$home/tree/etc/a b" ]
}

@test "Setuid programs have an effect in a copy of the tree, and the copy is removed at the end" {
	start_server_of "--copy=$home/copy"
	opens
	inside sh -c 'cp /usr/bin/id /etc/ && chmod 4755 /etc/id && chown nsctl /root'
	[ "$(inside setpriv --reuid=nsctl --clear-groups /etc/id -u)" = 0 ]
	[ "$(stat -c %u "$home/copy/root")" -gt 200000 ]
	say revert
	fails inside test -e /etc/id
	ends
	run as_user autopkgtest-virt-nsctl "--copy=$home/tree" "$home/tree" <<<open
	[ "$status" -ne 0 ]
	[[ $output == *"$home/tree exists"* ]]
}

@test "The testbed ends with its server" {
	start_server_of
	opens
	inside true
	# teardown kills the server, and waits until nothing is left
}
