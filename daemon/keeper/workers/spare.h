/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spare net namespaces (docs/adr/0014-spare-net-namespaces.md). When a user makes one set after
 * another, the net namespace of the next set is made in advance, with a sysfs if the set needs one.
 * This happens while the user is busy with the last set, or when a job of the user has been
 * removed. A job is a set that ends with its command, or a set of an Apply.
 *
 * A spare has never been used. It is charged to its user, and given to no other user. It is
 * released REST_SECONDS after the user's last set, when another user makes a set, or by
 * spare_drop().
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

struct spare {
	int net_fd, sysfs_fd; /* -1: none */
};

/* Takes a spare for a set with this owner and specification. The caller closes it. If there is
 * none, or the set cannot use one, both descriptors are -1: then the worker that makes the set must
 * make the net namespace. */
struct spare spare_take(uid_t owner, const struct wire_spec *spec);
void spare_close(struct spare *spare);
/*
 * Both functions make a spare for the owner's next set, unless this was the owner's first set for a
 * while, or other operations are in progress. They do not report failures: the making of the next
 * set meets the same failure, and reports it.
 *
 * spare_after_creation() must be called when a set of this owner and these kinds has been made;
 * spare_after_job() when a job (see above) of this owner and these kinds has been removed. Both
 * must be called by done() of the operation that did this, which they do not count as another
 * operation in progress.
 */
void spare_after_creation(struct keeper *keeper, uid_t owner, uint32_t kinds);
void spare_after_job(struct keeper *keeper, uid_t owner, uint32_t kinds);
/* Releases all spares. Must be called when the kernel refuses to make a namespace (ENOSPC). The
 * kernel limits the number of each user's namespaces, and counts the spares, too. */
void spare_drop(void);
/* Releases all spares and the timer. Must be called when the keeper ends. */
void spare_stop(void);
