/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ListProcesses says of a process: read from /proc with the rights of the user who asks. */
#ifndef NSCTL_FRONT_PROCESS_H
#define NSCTL_FRONT_PROCESS_H

#include <jansson.h>
#include "base.h"

/* A new object (type Process, without session), or NULL when it has ended. Its command is cut to
 * longest bytes, as JSON counts them. */
json_t *process_json(uint32_t pid, size_t longest);

#endif
