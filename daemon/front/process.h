/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties of a process for ListProcesses, read from /proc with the rights of the user who
 * asks. */
#pragma once

#include <jansson.h>
#include "base.h"

enum process_flags {
	PROCESS_FROZEN = 1, /* the process is in a frozen set */
	PROCESS_BRIEF = 2,  /* parent, state, memory and cpuSeconds are left out */
};

/* Returns a new object (type Process, without session), or NULL if the process has ended. Its
 * command is cut to longest bytes, as encoded in JSON. */
json_t *process_json(uint32_t pid, unsigned int flags, size_t longest);
