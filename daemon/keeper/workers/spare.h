/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spare net namespaces. If a user makes one set after another, the net namespace of the next one,
 * with a sysfs for it, is made while the user is still busy with the last. That is half the cost of
 * a set, and two thirds when there are thousands (docs/adr/0014). A spare is charged to that user,
 * is for that user only, has never been used, and is released a few seconds after the user's last
 * set.
 */
#ifndef NSCTL_KEEPER_SPARE_H
#define NSCTL_KEEPER_SPARE_H

#include "daemon/keeper/base/keeper.h"

struct spare {
	int net_fd, sysfs_fd; /* -1: none */
};

/* Takes a spare for a set of this owner and specification; the caller closes it. Without one, both
 * descriptors are -1, and the maker makes its own. */
struct spare spare_take(uid_t owner, const struct wire_spec *spec);
void spare_close(struct spare *spare);
/*
 * To be called when a set of this owner and these kinds was made. Makes a spare for the next one,
 * if this is not the owner's first set for a while, and no operation waits. Failures are not
 * reported: the next maker will meet and report them.
 */
void spare_replenish(struct keeper *keeper, uid_t owner, uint32_t kinds);
/* Releases all spares: they count when a user's limit of namespaces is reached. */
void spare_drop(void);
/* Releases all spares at the keeper's end. */
void spare_stop(void);

#endif
