/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the settings (sysctls) of a set's specification into its namespaces. */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

/* Writes the settings of the net namespace, in which the process is. early: leaves out settings of
 * interfaces that do not exist yet. Returns 0, or -errno and *fault. */
int settings_write_net(const struct host *host, const struct wire_spec *spec, bool early,
		       struct fault *fault);

/* Returns true if there are settings of this kind of namespace. */
bool settings_has(const struct wire_spec *spec, enum kind kind);

/*
 * Writes the settings of the ipc and the uts namespace, in which the process is. The kernel lets
 * only root write them: root of the host, or of the user namespace that owns the ipc namespace
 * (docs/kernel.md, 29). So the effective uid changes for that moment. Returns 0, or -errno and
 * *fault.
 */
int settings_write_others(const struct host *host, const struct wire_spec *spec,
			  struct fault *fault);
