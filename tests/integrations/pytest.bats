#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# integrations/pytest: the example's tests pass, one by one and by several workers; nothing of them is left, nor of a pytest
# that is killed.
# shellcheck disable=SC2154

load ../system/daemon.bash

plugin=$BATS_TEST_DIRNAME/../../integrations/pytest

setup_file() { start_counted; }
teardown_file() { purge_daemon; }
setup() {
	home=$(mktemp -d /run/nsctl-test-home.XXXXXX)
	chown "$user_id" "$home"
}
teardown() {
	end_servers
	eventually nothing_is_left
	rm -rf "$home"
}

nothing_is_left() { [ -z "$(nsctl ls --quiet)$(nsctl network list --quiet)" ] && counts_are "$before"; }

# The distribution's Python has its packages.
pytest=(env HOME="$home" PYTHONPATH="$plugin" PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -p pytest_nsctl -p no:cacheprovider)
run_pytest() { as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" "${pytest[@]}" --basetemp="$home/tmp" "$@" 3>&-; }

@test "The example's tests pass" {
	run_pytest "$plugin/test_example.py" | tee "$home/output"
	grep -q '6 passed' "$home/output"
}

@test "The command in the README runs where the plugin is" {
	# shellcheck disable=SC2016
	as "$user_id" env HOME="$home" PATH="$NSCTL_BUILD:$PATH" PYTHONDONTWRITEBYTECODE=1 \
		PYTEST_ADDOPTS="-p no:cacheprovider --basetemp=$home/tmp" \
		bash -c 'pytest() { /usr/bin/python3 -m pytest "$@"; }; cd "$0" && eval "${1//"/usr/share/nsctl/integrations/pytest"/"$0"}"' \
		"$plugin" "$(sed -n 's/^    //p' "$plugin/README.md")" 3>&- | tee "$home/output"
	grep -q '6 passed' "$home/output"
}

@test "Several workers use different names and subnets" {
	run_pytest -n 3 "$plugin/test_example.py" | tee "$home/output"
	grep -q '6 passed' "$home/output"
}

@test "What a test has made is removed with it, even if it fails or pytest is killed" {
	cat >"$home/test_fails.py" <<'PYTHON'
import time
def test_fails(nsctl):
    nsctl.set()
    nsctl.topology({"networks": [{"name": "lan"}]})
    assert False
def test_sleeps(nsctl):
    nsctl.topology({"networks": [{"name": "lan"}], "sets": [{"name": "a", "spec": {}}]})
    time.sleep(600)
PYTHON
	run run_pytest "$home/test_fails.py::test_fails"
	[ "$status" -eq 1 ]
	[[ $output == *"1 failed"* && $output != *error* ]]
	nothing_is_left
	start_server pytest setpriv --reuid "$user_id" --regid "$user_id" --clear-groups env NSCTL_SOCKET="$runtime/socket" \
		PATH="$NSCTL_BUILD:$PATH" "${pytest[@]}" "$home/test_fails.py::test_sleeps"
	eventually is_made
	end_server pytest
}
is_made() { [ -n "$(nsctl ls --quiet)" ]; }
