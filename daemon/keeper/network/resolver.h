/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps sets' own files in /etc up to date (resolver-plan.h has their contents). A set whose files
 * need an update is put on a list as due. One child at a time for each owner updates them, at once
 * for all of the owner's sets with the same files. Sets become due when a link to a network is
 * made, changed or removed, when the host's file is replaced (which ends the mount on it), when the
 * host's name servers change, and when the daemon starts. A failure is logged, and the update is
 * not repeated until then.
 */
#ifndef NSCTL_KEEPER_RESOLVER_H
#define NSCTL_KEEPER_RESOLVER_H

#include "daemon/keeper/base/keeper.h"

/* To be called before recover(). Returns 0 or -ENOMEM. */
int resolver_listen(struct keeper *keeper);
/* To be called after recover(): watches the host's files, and makes all sets due. */
void resolver_start(struct keeper *keeper);
void resolver_stop(void);

/* Fills in the files for the set's maker. From now on the host's files are watched for the set. */
void resolver_fill_create(struct set *set, const struct wire_spec *spec, struct task_resolver *ret);

/* To be called when a link between these two places (NULL: the host) was made, changed or removed.
 * Returns true if a set has become due by that. */
bool resolver_links_changed(struct set *a, struct set *b);

/* Calls back, perhaps at once, when all of this owner's sets that are due now have been updated. */
typedef void resolver_settled(void *context);
void resolver_settle(uid_t owner, resolver_settled *settled, void *context);

/* To be called before the set is freed. */
void resolver_forget(struct set *set);

#endif
