/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells what lists have refused: events for monitors, and lines of the log. */
#pragma once

#include "daemon/keeper/network/egress-told.h"
#include "daemon/keeper/state/registry.h"

/*
 * Tells of destinations with packets that were not told of, at most so many, and fewer if the
 * user's sets have caused many events in this minute. Returns their number. *ret_left: the number
 * of others.
 */
size_t egress_denied_tell(struct set *set, struct told *told, const struct task_refusals *refusals,
			  size_t most, size_t *ret_left);
/* Tells that the set, or a member of the network, has asked for a name that the list does not have:
 * as in struct wire_resolver_denied. */
void egress_denied_name(struct set *set, const char *name, uint64_t questions);

/* Changes egress_denied_generation(), because the counters begin anew. Must be called when the
 * firewall's table is about to be made anew. */
void egress_denied_flushed(void);
/* Returns the number of the present table. Each table has another one. */
uint64_t egress_denied_generation(void);
