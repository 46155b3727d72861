/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front's system call filter: what it does after its start, and nothing else. */
#ifndef NSCTL_FRONT_SECCOMP_H
#define NSCTL_FRONT_SECCOMP_H

/* For the rest of the process's life. 0 or -errno. */
int seccomp_enforce(void);

#endif
