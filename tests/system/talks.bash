# SPDX-License-Identifier: LGPL-2.1-or-later
# Connections that last, by talk.py, from sets to the world (world.bash).
# shellcheck shell=bash disable=SC2154 # net.bash and daemon.bash set the variables

# serve_talks ADDRESS...: the world answers at port 7000 of these addresses, over TCP and UDP.
serve_talks() {
	start_server talk nsenter --net="$nets/world" -- python3 "$BATS_TEST_DIRNAME/talk.py" serve 7000 "$@"
	install -m 755 "$BATS_TEST_DIRNAME/talk.py" "$nets/talk.py"
	install -d -o "$user_id" -g "$user_id" "$nets/talks"
}
forget_talks() { rm -f "$nets/talks"/*; }

# talks SET NAME tcp|udp ADDRESS: begins a connection, and waits until it works.
talks() {
	echo 0 >"$nets/talks/$2"
	chown "$user_id" "$nets/talks/$2"
	nsctl exec -d "$1" python3 "$nets/talk.py" "$3" "$4" 7000 "$nets/talks/$2" >/dev/null
	eventually is_further "$2" 0
}
has_ended() { [ "$(cat "$nets/talks/$1")" = ended ]; }
ends() { eventually has_ended "$1" || { echo "$1 goes on" && return 1; }; }
is_further() { [ "$(cat "$nets/talks/$1")" != ended ] && [ "$(cat "$nets/talks/$1")" -gt "$2" ]; }
# goes_on NAME: the connection gets another ten answers.
goes_on() {
	local n
	n=$(cat "$nets/talks/$1")
	[ "$n" != ended ] && eventually is_further "$1" $((n + 10))
}
