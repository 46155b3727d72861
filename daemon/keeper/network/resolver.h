/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps the files that sets have of their own in /etc up to date (resolver-plan.h has their
 * contents). A set whose files are out of date is due, and is put on a list. For each owner, one
 * worker at a time updates the files, those of all due sets with the same files at once.
 *
 * Sets become due when a link to a network is made, changed or removed, when one of the host's
 * files is replaced (which ends the mounts on it), when the host's name servers change, and when
 * nsctld starts. If an update fails, that is logged, and the set is updated when it is due again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Makes the timers. changed() is called when the host's name servers may have changed. Must be
 * called before recover(). Returns 0 or -ENOMEM. */
int resolver_listen(struct keeper *keeper, void (*changed)(struct keeper *keeper));
/* Begins to watch the host's files, and makes all sets due. Must be called after recover(). */
void resolver_start(struct keeper *keeper);
void resolver_stop(void);

/* Fills in the files of a set for its maker, and begins to watch the host's files for the set.
 * Returns 0 or -ENOMEM. */
int resolver_fill_create(struct set *set, const struct wire_spec *spec, struct task_resolver *ret);

/* Makes the set, or the members of the network, due. Must be called when their list has names now
 * and had none before, or the other way round. */
void resolver_names_changed(struct set *set);
/* Makes all sets due whose name servers may have changed. Must be called after such a change. */
void resolver_all_changed(struct keeper *keeper);

/* Makes sets due if their files contain names of sets at the other side. Returns true if there are
 * any. Must be called when a link between these two places (NULL: the host) was made, changed or
 * removed. */
bool resolver_links_changed(struct set *a, struct set *b);

/* Calls settled when all sets of this owner that are due now have been updated, perhaps at once. */
typedef void resolver_settled(void *context);
void resolver_settle(uid_t owner, resolver_settled *settled, void *context);

/* Returns true while a worker updates the set's files. Its end calls upcalls->network_idle(). */
bool resolver_is_busy(const struct set *set);
/* Frees what this module knows of the set's files. Must be called before the set is freed. */
void resolver_forget(struct set *set);

/* Holds back the files of this owner's sets until resolver_go_on() has been called as often as this
 * function. Returns false if there is no memory. While a topology is made, its sets' files would
 * otherwise be written once for each further member of their networks. */
bool resolver_hold(uid_t owner);
void resolver_go_on(uid_t owner);
