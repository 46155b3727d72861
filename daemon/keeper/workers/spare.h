/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spare net namespaces. When a user makes one set after another, the net namespace of the next set
 * (and a sysfs for it) is made in advance, while the user is busy with the last set, or when the
 * last job has ended. Net namespaces are half of the cost of a set, and two thirds if there are
 * thousands (docs/adr/0014). A spare is charged to its user, is never given to another one, has
 * never been used, and is released a few seconds after the user has made a set.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

struct spare {
	int net_fd, sysfs_fd; /* -1: none */
};

/* Takes a spare for a set with this owner and specification. The caller closes it. If there is
 * none, both descriptors are -1, and the maker makes the net namespace. */
struct spare spare_take(uid_t owner, const struct wire_spec *spec);
void spare_close(struct spare *spare);
/*
 * Make a spare for the owner's next set, unless this was the owner's first set for a while, or
 * other operations are in progress. Do not report failures: the next maker will meet the same
 * failure, and report it. spare_after_creation() must be called when a set of this owner and these
 * kinds has been made, and spare_after_job() when one has been removed because its command has
 * ended: both before that operation is freed.
 */
void spare_after_creation(struct keeper *keeper, uid_t owner, uint32_t kinds);
void spare_after_job(struct keeper *keeper, uid_t owner, uint32_t kinds);
/* Releases all spares: they count against the kernel's limit of namespaces for their user. */
void spare_drop(void);
/* Releases all spares, at the keeper's end. */
void spare_stop(void);
