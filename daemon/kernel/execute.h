/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last step of a command: execve(2). */
#pragma once

#include "base.h"

/* Executes a command as a shell does: a word without a slash is searched for in the PATH of the
 * environment, and a file of an unknown format is given to /bin/sh. Returns only on failure:
 * -errno. */
int execute_command(char *const *arguments, char *const *environment);
