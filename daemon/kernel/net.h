/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prepares net namespaces for sets. */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

/*
 * Opens the host's settings that the kernel copies into new net namespaces, if the process is in
 * the machine's first net namespace. In another one sets all descriptors to -1, and net_set_up()
 * then writes all settings.
 */
void net_open_defaults(struct host *host);

/*
 * Prepares the new net namespace that the process is in: sets the loopback interface up, gives
 * their defaults to the settings that the kernel has copied (docs/kernel.md, 27), and lets every
 * user ping and listen on low ports, which needs privilege in a new net namespace (docs/kernel.md,
 * 10). The process has the host's ids. Returns 0, or -errno and *fault. Is not called again for a
 * set that gets a spare net namespace: child_spare() has called it.
 */
int net_set_up(const struct host *host, struct fault *fault);
