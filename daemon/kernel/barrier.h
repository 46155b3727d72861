/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The barrier keeps ways out closed while the firewall's table is missing (docs/adr/0020). A
 * program at the host's end of each way out marks every packet that comes in, and the table removes
 * the mark from packets that it has checked. A rule of routing makes marked packets unroutable. The
 * kernel does not consult the rules for IPv6 packets to the host itself: the program flips a bit of
 * their destination, so that they lead nowhere, and the table flips it back.
 *
 * Each daemon has its own mark. Rules compare all bits of a mark but one, BARRIER_ASTRAY. All
 * functions run in the host's net namespace.
 */
#pragma once

#include "base.h"

/* Set in the mark of a packet whose destination has been flipped. */
#define BARRIER_ASTRAY 1U
/* The bit of the destination's first byte that is flipped. Valid addresses begin with 00, 20 to 3f
 * or fc to ff; flipped, they begin with 40, 60 to 7f or bc to bf, which no host has. */
#define BARRIER_FLIP 0x40

/* Returns the mark, without BARRIER_ASTRAY, that belongs to the firewall's table of this name. */
uint32_t barrier_mark(const char *table);

/* The next two functions return 0 or -errno. They do nothing if the rules exist already, or are
 * gone. */

/* Adds the rules of routing, for IPv4 and, if the kernel supports it, for IPv6. */
int barrier_raise(uint32_t mark);
/* Removes the rules. */
int barrier_lower(uint32_t mark);

/*
 * Loads the program and returns its descriptor, or -errno. The program lets ARP and neighbour
 * discovery pass. It drops everything else that is not IP, and IPv4 packets from 0.0.0.0, which the
 * kernel accepts without a look-up of their route.
 */
int barrier_load(uint32_t mark);
/* Attaches the program to the interface, in place of an earlier one. Returns 0 or -errno. */
int barrier_attach(int program_fd, const char *interface);

/* Returns a socket that becomes readable when routing rules are removed, or -errno. */
int barrier_watch_open(void);
/* Reads all notifications. Returns true if a rule with this mark has been removed, or may have been
 * because notifications were lost. */
bool barrier_watch_read(int fd, uint32_t mark);
