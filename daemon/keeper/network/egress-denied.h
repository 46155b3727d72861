/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports packets and names that lists of egress have refused, by events for monitors and lines of
 * the log. */
#pragma once

#include "daemon/keeper/state/registry.h"

#define TOLD_MAX ((size_t)2 * REFUSALS_EACH_MAX)

/* Which refused packets of a list have been reported. A struct of zeros: none. */
struct told {
	struct task_refusal *items; /* destinations, each with the number of packets that were
				     * reported */
	size_t n;
	uint64_t generation; /* number of the firewall's table that has counted the packets */
};

/* Reports at most `most` destinations with packets that were not reported yet, and fewer if the
 * user's sets have caused many events in this minute. Returns their number. *ret_left: the number
 * of destinations that are left. */
size_t egress_denied_tell(struct set *set, struct told *told, const struct task_refusals *refusals,
			  size_t most, size_t *ret_left);
/* Reports that the set, or a member of the network, has asked this number of questions for a name
 * that the list does not have (struct wire_resolver_denied). */
void egress_denied_name(struct set *set, const char *name, uint64_t questions);

/* Gives the firewall's table a new number, because the counters of a new table begin at 0. Must be
 * called when the table is about to be made anew. */
void egress_denied_flushed(void);
/* Returns the number of the firewall's present table. Each table has its own number. */
uint64_t egress_denied_generation(void);

/* Compares the kernel's present counters with what was reported. Fills in news with the
 * destinations that have packets which were not reported, those with the most first. Returns their
 * number, or 0 without memory. Forgets destinations that the kernel has forgotten. */
size_t told_compare(struct told *told, const struct task_refusals *now,
		    struct task_refusal news[static TOLD_MAX]);
/* Records that these packets were reported. */
void told_add(struct told *told, const struct task_refusal *news);
void told_clear(struct told *told);
