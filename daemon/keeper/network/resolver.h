/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeps sets' own files in /etc as they should be (resolver-plan.h says how): a set whose files are
 * due is on a list; one child at a time for each owner puts them right, for all of its sets that
 * are given the same at once. They become due when a link to a network is made, changed or goes,
 * when somebody replaces such a file of the host's (which ends the mount on it), when the host's
 * name servers change, and when the daemon starts. A failure is logged and not tried again until
 * then: the sets are otherwise as they were.
 */
#ifndef NSCTL_KEEPER_RESOLVER_H
#define NSCTL_KEEPER_RESOLVER_H

#include "daemon/keeper/base/keeper.h"

/* Before recover(). After it: the host's files are watched, and everything is due. */
int names_listen(struct keeper *keeper); /* 0 or -ENOMEM */
void names_start(struct keeper *keeper);
void names_stop(void);

/* What the set's maker is told. From now on the host's files are watched for it. */
void names_fill_create(struct set *set, const struct wire_spec *spec, struct task_resolver *ret);

/* A link between these two places (NULL: the host) has been made, changed or forgotten. Whether
 * anybody's names are due for it. */
bool names_changed(struct set *a, struct set *b);

/* Calls back, perhaps at once, when whatever of this owner's is due now has been done. */
typedef void names_settled(void *context);
void names_settle(uid_t owner, names_settled *settled, void *context);

/* The set is about to be freed. */
void names_forget(struct set *set);

#endif
