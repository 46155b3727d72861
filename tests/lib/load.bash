# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Bounds for waiting, which grow with the load of the machine.

processors=$(nproc)

# shellcheck disable=SC2034 # for those that load this
# bound SECONDS: sets $bounded to them, times one and the number of tasks that run or wait for each processor.
bound() {
	local load
	read -r load _ </proc/loadavg
	bounded=$(($1 * (1 + ${load%.*} / processors)))
}
