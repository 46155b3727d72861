# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # daemon.bash and net.bash set the variables
# A file whose tests share one daemon, and each leave nothing. Loaded after daemon.bash; the file may have its own instead.

setup_file() { start_counted; }
teardown_file() { purge_daemon; }

teardown() {
	nsctl rm --all
	other rm --all
	root_nsctl rm --all
	eventually counts_are "$before"
}
