/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps the files that sets have of their own in /etc up to date (resolver-plan.h decides their
 * contents). A set whose files are out of date is due, and is put on a list. For each owner, one
 * worker at a time updates files. Its task is for all due sets that get the same files.
 *
 * Sets become due
 *   - when nsctld starts,
 *   - when the host's name servers change,
 *   - when one of the host's files is replaced: the kernel then ends the mounts on it, by which
 *     sets have files of their own,
 *   - when a link to a network is made, changed or removed,
 *   - when a list of egress (where a set or network may send packets) gets its first names of
 *     hosts, or loses all: such sets ask a resolver of nsctl's.
 * A failed update is logged. The set is updated when it is due again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Makes this module's timer, and prepares the watch of the host's files. changed() is called when
 * the host's name servers may have changed. Must be called before recover() (start/recovery.h).
 * Returns 0 or -ENOMEM. */
int resolver_listen(struct keeper *keeper, void (*changed)(struct keeper *keeper));
/* Has the files of all ready sets updated soon, and the host's files watched if a set depends on
 * them. Must be called after recover(). */
void resolver_start(struct keeper *keeper);
void resolver_stop(void);

/* Fills in *ret with the files of a set, for the task that makes the set, and has the host's files
 * watched for the set. *ret must be used at once: it points into *spec, into records, and into
 * memory that the next call of a function of resolver-servers.h overwrites. Returns 0 or
 * -ENOMEM. */
int resolver_fill_create(struct set *set, const struct wire_spec *spec, struct task_resolver *ret);

/* Has the files of the set, or those of the network's members, updated soon. Must be called when
 * the list of egress of an existing set or network has got its first names of hosts, or has lost
 * all: when set->egress.names was made or freed. */
void resolver_names_changed(struct set *set);
/* Has the files of all ready sets updated soon. Must be called when the host's name servers have
 * changed, or when several lists of egress may have got their first names or lost all. */
void resolver_all_changed(struct keeper *keeper);

/* a, b: the ends of a link (NULL: the host). If one is a set and the other a network, has the files
 * of the set and of the network's members updated soon, calls egress_names_links_changed() for the
 * set, and returns true. Must be called when the link was made, changed or removed. */
bool resolver_links_changed(struct set *a, struct set *b);

typedef void resolver_settled(void *context);
/* Waits until the files of this owner's sets that are out of date now have been updated, or could
 * not be. Then calls settled() once, perhaps before returning. settled() is not told of failures.
 * Without memory, calls settled() at once. */
void resolver_settle(uid_t owner, resolver_settled *settled, void *context);

/* Returns true while a worker updates the set's files. When the worker has ended,
 * upcalls->network_idle() is called for the set. */
bool resolver_is_busy(const struct set *set);
/* Frees what this module knows of the set's files. Must be called before the set is freed, but not
 * while resolver_is_busy() returns true. */
void resolver_forget(struct set *set);

/* From now on, no update of the files of this owner's sets begins, until resolver_go_on() has been
 * called as often as this function. Returns false, without an effect, if there is no memory. An
 * Apply uses this: otherwise the files of its sets would be written again for each further member
 * of their networks. */
bool resolver_hold(uid_t owner);
void resolver_go_on(uid_t owner);
