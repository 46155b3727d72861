# SPDX-License-Identifier: LGPL-2.1-or-later
# An example: each line of these recipes runs in a set of its own, which ends with it. They may run at the same time
# (make -j), and what a line leaves running is gone when it ends.
servers = check-one check-two
check: $(servers)
$(servers): SHELL = nsctl
$(servers): .SHELLFLAGS = run -mpn bash -ec
$(servers):
	@python3 -m http.server 80 >/dev/null 2>&1 & \
	curl -sf --retry 100 --retry-delay 1 --retry-connrefused --output /dev/null http://127.0.0.1/ && echo $@ passed
.PHONY: check $(servers)
