/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front's system call filter: allows what the front does after its start, and nothing else. */
#pragma once

/* Sets the filter for the rest of the process's life. Returns 0 or -errno. */
int seccomp_enforce(void);
