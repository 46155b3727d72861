/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resolver's system call filter: allows what it does after its start, and nothing else. */
#ifndef NSCTL_RESOLVER_SECCOMP_H
#define NSCTL_RESOLVER_SECCOMP_H

/* Sets the filter for the rest of the process's life. Returns 0 or -errno. */
int resolver_seccomp_enforce(void);

#endif
