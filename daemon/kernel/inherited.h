/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of its caller that a command takes over because the client names them, besides the
 * limits (limits.h). The kernel checks each with the command's rights. No function here may
 * allocate memory. */
#pragma once

#include "daemon/wire/layout.h"

/* Sets the core dump filter of the memory that this process shares with its worker, to the caller's
 * or the default. The command inherits it when it is executed. */
void inherited_apply_memory(const struct wire_command *command);
/* Sets the rest for this process, which has the command's ids already. What the kernel refuses is
 * left as it is. */
void inherited_apply(const struct wire_command *command);
