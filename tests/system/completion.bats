#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# What nsctl offers as completions, and what bash, zsh and fish make of it.

load daemon.bash

setup_file() {
	start_counted
	nsctl network create lan --subnet=auto
	nsctl create -n --link=net/lan web
	nsctl create -n job.store
	nsctl link add web job.store --name=cable
	other create -n hidden
}
teardown_file() {
	other rm --all
	nsctl prune
	purge_daemon
}

# offers WORD...: prints what the last word may become, without descriptions.
offers() { nsctl complete -- "$@" | cut -f 1 | paste -sd ' '; }

@test "Verbs, verbs of groups, and options are completed" {
	[ "$(offers cr)" = create ]
	[ "$(offers link im)" = impair ]
	[ "$(offers network '')" = "create list show renew rm" ]
	[ "$(offers help th)" = thaw ]
	[ "$(offers --js)" = --json ]
	[ "$(offers --owner=0 list --all)" = --all-owners ]
	[ "$(offers run --prop)" = --propagation= ]
	[ "$(offers run --name=x --user sh --stat)" = ":command 3" ]
	# nsctl offers the verbs that the help lists, and no others
	nsctl help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' >"$BATS_TEST_TMPDIR/listed"
	diff <(nsctl complete -- '' | cut -f 1) "$BATS_TEST_TMPDIR/listed"
}

@test "Names of the caller's sets, links, networks and projects are completed" {
	[ "$(offers exec '')" = "job.store web" ]
	[ "$(offers rm web j)" = job.store ]
	[ "$(offers create '')" = "" ]
	[ "$(offers link down c)" = cable ]
	[ "$(offers link down cable '')" = "A B" ]
	[ "$(offers network rm '')" = lan ]
	[ "$(offers create --link=n)" = --link=net/lan ]
	[ "$(offers link add '')" = "host job.store web net/lan" ]
	[ "$(offers capture -w file ca)" = cable ]
	[ "$(offers down -p '')" = job ]
	[ "$(offers --owner="$other_id" show '')" = "" ]
	[ "$(root_nsctl complete -- --owner "$other_id" show '' | cut -f 1)" = hidden ]
}

@test "Values of options are completed" {
	[ "$(offers create --propagation s)" = "slave shared" ]
	[ "$(offers run --private=home,t)" = --private=home,tmp ]
	[ "$(offers exec --only=mnt,n)" = --only=mnt,net ]
	[ "$(offers kill -s HU)" = HUP ]
	[ "$(offers renew --lease=p)" = "--lease=parent --lease=pid:" ]
	[ "$(offers create --allow=)" = "--allow=@dns --allow=@./" ]
	[ "$(offers network create --deny @./li)" = ":files @" ]
	[ "$(offers up fi)" = :files ]
	[ "$(offers create --root=/)" = :directories ]
	[ "$(offers --owner '')" = :users ]
	[ "$(offers exec -tw x ls)" = ":command 3" ]
	[ "$(offers run --name x -e PATH ls -l)" = ":command 5" ]
	[ "$(offers exec web -- '')" = ":command 2" ]
	[ "$(offers create --no-such-option=)" = "" ]
	[ "$(offers no-such-verb '')" = "" ]
}

@test "Without a daemon, words that need none are still completed, and no error is printed" {
	run as "$user_id" "$NSCTL_BUILD/nsctl" --socket=/run/no/such/socket complete -- exec ''
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(nsctl --socket=/run/no/such/socket complete -- cr | cut -f 1)" = create ]
}

# in_bash WORD...: prints what bash completes the last word to; "=" and ":" divide words, as readline does.
in_bash() {
	# shellcheck disable=SC2016
	as "$user_id" PATH="$NSCTL_BUILD:$PATH" bash --norc -c '
		. /usr/share/bash-completion/bash_completion
		. "$0/completions/nsctl.bash"
		compopt() { echo "compopt $*"; }
		COMP_LINE=$* COMP_POINT=${#COMP_LINE}
		mapfile -t COMP_WORDS < <(printf "%s\n" "$@" | sed -E "s/([=:]+)/\n\1\n/g" | sed "\${/^$/!b};/^$/d")
		[ -n "${!#}" ] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_nsctl nsctl "${!#}" ""
		printf "%s\n" "${COMPREPLY[@]}"' "$PWD" nsctl "$@" | paste -sd ' '
}

@test "bash completes words, values after =, files, and the words of another command" {
	[ "$(in_bash li)" = "list link" ]
	[ "$(in_bash exec w)" = web ]
	[ "$(in_bash run --prop)" = "compopt -o nospace --propagation=" ]
	[ "$(in_bash run --propagation=sl)" = slave ]
	[ "$(in_bash create --root=/proc/sys/net/ipv)" = "compopt -o filenames /proc/sys/net/ipv4 /proc/sys/net/ipv6" ] ||
		[ "$(in_bash create --root=/proc/sys/net/ipv)" = "compopt -o filenames /proc/sys/net/ipv6 /proc/sys/net/ipv4" ]
	[ "$(in_bash create --allow=@d)" = @dns ]
	[ "$(in_bash create --allow=@/proc/sys/kernel/hostn)" = "compopt -o filenames @/proc/sys/kernel/hostname" ]
	[[ " $(in_bash --owner=ro) " == *" root "* ]]
	[[ " $(in_bash exec web set) " == *" setpriv "* ]]
}

@test "fish completes words, values, files, and the words of another command" {
	in_fish() { as "$user_id" PATH="$NSCTL_BUILD:$PATH" fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$PWD/completions/nsctl.fish" "$1" | cut -f 1 | paste -sd ' '; }
	[ "$(in_fish 'nsctl li')" = "link list" ]
	[ "$(in_fish 'nsctl exec w')" = web ]
	[ "$(in_fish 'nsctl run --propagation=sl')" = --propagation=slave ]
	[ "$(in_fish 'nsctl create --allow=@/proc/sys/kernel/hostn')" = --allow=@/proc/sys/kernel/hostname ]
	[ "$(in_fish 'nsctl create --allow @/proc/sys/kernel/hostn')" = @/proc/sys/kernel/hostname ]
	[ "$(in_fish 'nsctl create --root=/proc/sys/net/ipv')" = "--root=/proc/sys/net/ipv4/ --root=/proc/sys/net/ipv6/" ]
	[[ " $(in_fish 'nsctl exec web set') " == *" setpriv "* ]]
}

# in_zsh WORD...: prints what zsh adds as completions of the last word.
in_zsh() {
	# shellcheck disable=SC2016
	as "$user_id" PATH="$NSCTL_BUILD:$PATH" zsh -f -c '
		compadd() { local array=$@[-1] word; for word in ${(P)array}; do print -r -- $word; done }
		compset() { PREFIX=${PREFIX#${~2/\#/\*}} }
		_files() { print files $* $PREFIX }
		_normal() { print normal $CURRENT $words }
		_complete() { . $top/completions/_nsctl }
		top=$1; shift
		words=("$@") CURRENT=$# PREFIX=${@[-1]}
		_complete' zsh "$PWD" nsctl "$@" | paste -sd ' '
}

@test "zsh completes words, values, files, and the words of another command" {
	[ "$(in_zsh li)" = "list link" ]
	[ "$(in_zsh exec w)" = web ]
	[ "$(in_zsh run --propagation=sl)" = --propagation=slave ]
	[ "$(in_zsh create --root=/proc/sys)" = "files -/ /proc/sys" ]
	[ "$(in_zsh create --allow=@/proc/sys)" = "files /proc/sys" ]
	[ "$(in_zsh exec web set)" = "normal 1 set" ]
}
