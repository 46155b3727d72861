/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spare net namespaces: for a user who makes one set after another, the net namespace of the next
 * one, and the sysfs that shows it, is made while the user is still busy with the last. That is
 * half of what a set costs, and with thousands there two thirds (docs/adr/0014). A spare is charged
 * to that user, is its alone, has been seen by nobody, and is gone a few seconds after its last set
 * was made.
 */
#ifndef NSCTL_KEEPER_SPARE_H
#define NSCTL_KEEPER_SPARE_H

#include "daemon/keeper/base/keeper.h"

struct spare {
	int net_fd, sysfs_fd; /* -1: without */
};

/* One for a set of this owner and specification, the caller's to close, or one of no descriptors:
 * the maker makes its own. */
struct spare spare_take(uid_t owner, const struct wire_spec *spec);
void spare_close(struct spare *spare);
/* A set of this owner and these kinds has been made: has a spare made for the next one, if this is
 * not its first for a while, and nobody waits for the workers. Failures are not told: the next
 * maker meets them itself. */
void spare_replenish(struct keeper *keeper, uid_t owner, uint32_t kinds);
/* Lets go of all: a user's limit of namespaces has been reached, spares count too. */
void spare_drop(void);
/* For good: the keeper ends. */
void spare_stop(void);

#endif
