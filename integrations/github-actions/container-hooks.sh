#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# ACTIONS_RUNNER_CONTAINER_HOOKS of a self-hosted runner of GitHub Actions: the runner only takes a path that ends in .sh, and may
# have put directories of the job's before its own PATH.
PATH=/usr/local/bin:/usr/bin:/bin exec "${BASH_SOURCE[0]%/*}/nsctl-container-hooks"
