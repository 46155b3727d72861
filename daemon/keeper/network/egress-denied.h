/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells what lists have refused: an event for monitors and a line in the log for each destination,
 * with its packets since the last one, and for each name that a list does not have.
 *
 * A list that refuses something sends a message, once a second at most. A second after it, when all
 * packets are counted for which the list has kept messages back, a worker reads the list's counters.
 * There is one reading at a time for each user.
 */
#ifndef NSCTL_KEEPER_EGRESS_DENIED_H
#define NSCTL_KEEPER_EGRESS_DENIED_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/report.h"

/* Opens the socket for messages, and sets keeper->log_group. Needs CAP_NET_ADMIN. */
void egress_denied_listen(struct keeper *keeper);
/* Must be called when the firewall's table is about to be made anew: its counters begin anew. */
void egress_denied_flushed(void);

/* Returns true if the list may have refused packets that were not read. Then the worker that
 * removes the set must read them, for egress_denied_tell(). */
bool egress_denied_unread(struct set *set);
void egress_denied_tell(struct set *set, const struct task_refusals *refusals);
/* Tells that the set, or a member of the network, has asked for names that the list does not have.
 * name: the last one of so many questions. */
void egress_denied_name(struct set *set, const char *name, uint64_t questions);

/* Frees what belongs to a set that is forgotten. */
void egress_denied_forget(struct set *set);
void egress_denied_stop(void);

#endif
