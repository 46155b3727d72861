/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps the files that sets have of their own in /etc up to date (resolver-plan.h decides their
 * contents). A set whose files are out of date is due, and is put on a list. For each owner, one
 * worker at a time updates files; one task does this for due sets with the same files.
 *
 * Sets become due when a link to a network is made, changed or removed, when a list of egress gets
 * its first names or loses all, when one of the host's files is replaced (which ends the mounts on
 * it), when the host's name servers change, and when nsctld starts. A failed update is logged, and
 * the set is updated when it is due again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Makes this module's timer, and prepares the watch of the host's files. changed() is called when
 * the host's name servers may have changed. Must be called before recover() (start/recovery.h).
 * Returns 0 or -ENOMEM. */
int resolver_listen(struct keeper *keeper, void (*changed)(struct keeper *keeper));
/* Has the files of all sets updated soon, and the host's files watched for them. Must be called
 * after recover(). */
void resolver_start(struct keeper *keeper);
void resolver_stop(void);

/* Fills in *ret with the files of a set, for the task that makes the set, and has the host's files
 * watched for the set. *ret must be used at once: its texts are those of *spec, of records and of
 * resolver-servers.h. Returns 0 or -ENOMEM. */
int resolver_fill_create(struct set *set, const struct wire_spec *spec, struct task_resolver *ret);

/* Has the files of the set, or those of the network's members, updated soon. Must be called when
 * the list of an existing set or network has got its first names, or has lost all: then
 * set->egress.names was made or freed. */
void resolver_names_changed(struct set *set);
/* Has the files of all ready sets updated soon. Must be called when the host's name servers have
 * changed, or when several lists may have got their first names or lost all. */
void resolver_all_changed(struct keeper *keeper);

/* If a link between a and b (NULL: the host) connects a set with a network, has the files of the
 * set and of the network's members updated soon, and returns true. Must be called when the link was
 * made, changed or removed. */
bool resolver_links_changed(struct set *a, struct set *b);

typedef void resolver_settled(void *context);
/* Calls settled() once, perhaps before returning: when all files of this owner's sets that are out
 * of date now have been updated, or could not be. Without memory, calls settled() at once. */
void resolver_settle(uid_t owner, resolver_settled *settled, void *context);

/* Returns true while a worker updates the set's files. When the worker has ended,
 * upcalls->network_idle() is called for the set. */
bool resolver_is_busy(const struct set *set);
/* Frees what this module knows of the set's files. Must be called before the set is freed, but not
 * while resolver_is_busy() returns true. */
void resolver_forget(struct set *set);

/* Lets no new update of the files of this owner's sets begin until resolver_go_on() has been called
 * as often as this function. Returns false, without an effect, if there is no memory. An Apply uses
 * this: otherwise the files of its sets would be written again for each further member of their
 * networks. */
bool resolver_hold(uid_t owner);
void resolver_go_on(uid_t owner);
