/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of a process for ListProcesses, read from /proc with the rights of the user who
 * asks. */
#ifndef NSCTL_FRONT_PROCESS_H
#define NSCTL_FRONT_PROCESS_H

#include <jansson.h>
#include "base.h"

/* Returns a new object (type Process, without session), or NULL if the process has ended. Its
 * command is cut to longest bytes, as encoded in JSON. */
json_t *process_json(uint32_t pid, size_t longest);

#endif
