/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What keeps ways out closed when the firewall's table is not there. Whatever comes in by a way out
 * is marked, by a program at the interface itself; the table takes the mark from what it has
 * checked; and a rule of routing has no way for what still is marked. So a flush of the packet
 * filter opens nothing (docs/adr/0020).
 *
 * The mark is a number of the daemon's own, compared as a whole. The processes are in the host's
 * net namespace.
 */
#ifndef NSCTL_KERNEL_BARRIER_H
#define NSCTL_KERNEL_BARRIER_H

#include "base.h"

/* Returns the mark that goes with the firewall's table of this name. */
uint32_t barrier_mark(const char *table);

/* Each returns 0 or -errno, and does nothing where nothing is to be done. */

/* Adds the rules of routing, for IPv4 and, where the kernel has it, IPv6. */
int barrier_raise(uint32_t mark);
/* Takes them away. */
int barrier_lower(uint32_t mark);

/* Returns the program that marks, or -errno. */
int barrier_load(uint32_t mark);
/* Puts the program at the interface. */
int barrier_attach(int program_fd, const char *interface);

/* Returns a socket that becomes readable when rules of routing are taken away, or -errno. */
int barrier_watch_open(void);
/* Returns whether a rule with this mark has been taken away, or may have been: reads what there
 * is. */
bool barrier_watch_read(int fd, uint32_t mark);

#endif
