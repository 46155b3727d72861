/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What keeps ways out closed while the firewall's table is not there (docs/adr/0020). A program at
 * the interface marks whatever comes in by a way out, and the table takes the mark from what it has
 * checked. A rule of routing has no way for packets that still are marked. The kernel asks no rule
 * about IPv6 packets to the host itself: the program leads these astray, by a flip in their
 * destination, and the table sets them right.
 *
 * The marks are a number of the daemon's own, compared as a whole, and one bit. The processes are
 * in the host's net namespace.
 */
#ifndef NSCTL_KERNEL_BARRIER_H
#define NSCTL_KERNEL_BARRIER_H

#include "base.h"

/* In the mark of a packet that has been led astray. */
#define BARRIER_ASTRAY 1U
/* What the first byte of its destination is flipped by. Addresses that anybody may have begin with
 * 00, 20 to 3f or fc to ff; with this bit turned they begin with 40, 60 to 7f or bc to bf. */
#define BARRIER_FLIP 0x40

/* Returns the mark, without that bit, that goes with the firewall's table of this name. */
uint32_t barrier_mark(const char *table);

/* Each returns 0 or -errno, and does nothing where nothing is to be done. */

/* Adds the rules of routing, for IPv4 and, where the kernel has it, IPv6. */
int barrier_raise(uint32_t mark);
/* Takes them away. */
int barrier_lower(uint32_t mark);

/* Returns the program, or -errno. It lets ARP and the discovery of neighbours pass, and drops what
 * is neither ARP nor IP, and IPv4 from 0.0.0.0, which the kernel lets in without asking for a way.
 */
int barrier_load(uint32_t mark);
/* Puts the program at the interface, in place of the one that is there. */
int barrier_attach(int program_fd, const char *interface);

/* Returns a socket that becomes readable when rules of routing are taken away, or -errno. */
int barrier_watch_open(void);
/* Returns whether a rule with this mark has been taken away, or may have been: reads what there
 * is. */
bool barrier_watch_read(int fd, uint32_t mark);

#endif
