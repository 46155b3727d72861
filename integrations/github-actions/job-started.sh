#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# ACTIONS_RUNNER_HOOK_JOB_STARTED of a self-hosted runner of GitHub Actions: makes a set for the job. It ends with the
# runner's process for the job, which is this script's parent.
set -euo pipefail
name=$("${BASH_SOURCE[0]%/*}/job-name")

# The administrator's: --egress lets jobs reach the outside, and --memory=SIZE, --tasks=N, --cpus=N limit each of them.
nsctl_options=()

binds=(--bind="$RUNNER_TEMP:$RUNNER_TEMP")
[ ! -d "${RUNNER_TOOL_CACHE:-}" ] || binds+=(--bind="$RUNNER_TOOL_CACHE:$RUNNER_TOOL_CACHE:ro")
nsctl rm --ignore "$name"
nsctl --quiet create --job="$GITHUB_WORKSPACE" "${binds[@]}" "${nsctl_options[@]}" --lease="pid:$PPID" "$name"
