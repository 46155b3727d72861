/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resolver's system call filter: allows what it does after its start, and nothing else. */
#pragma once

/* Sets the filter for the rest of the process's life. Returns 0 or -errno. */
int resolver_seccomp_enforce(void);
