# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # daemon.bash and net.bash set the variables
# For a file whose tests share one daemon. Each test must leave nothing behind. Loaded after daemon.bash; a file may
# define its own functions in place of these.

setup_file() { start_counted; }
teardown_file() { purge_daemon; }

teardown() {
	nsctl rm --all
	other rm --all
	root_nsctl rm --all
	eventually counts_are "$before"
}
