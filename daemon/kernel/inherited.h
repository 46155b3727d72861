/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command has of its caller, besides the limits (limits.h), because the client says so. The
 * kernel checks each with the command's rights. No function here may allocate memory. */
#ifndef NSCTL_KERNEL_INHERITED_H
#define NSCTL_KERNEL_INHERITED_H

#include "daemon/wire/layout.h"

/* Sets the filter of core dumps, the caller's or the default, of the memory that this process
 * shares with its worker: a command takes it over when it is executed. */
void inherited_apply_memory(const struct wire_command *command);
/* Sets the rest for this process, which has the command's ids already. What the kernel refuses is
 * left as it is. */
void inherited_apply(const struct wire_command *command);

#endif
