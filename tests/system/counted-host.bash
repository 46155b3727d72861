# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # daemon.bash and net.bash set the variables
# For a file whose tests share one host with one daemon, which allows the user links. Each test must leave nothing
# behind. Loaded after net.bash.

setup_file() { start_counted_host "host-links = $user_id"; }
teardown_file() { purge_host; }
teardown() { clean_host; }
