/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports the packets and names that lists of egress (egress-list.h) have refused: as events for
 * monitors, and as lines of the log. */
#pragma once

#include "daemon/keeper/state/registry.h"

#define TOLD_MAX ((size_t)2 * REFUSALS_EACH_MAX)

/* The refused packets of a list that were reported already. A struct of zeros: none. */
struct told {
	struct task_refusal *items; /* destinations; packets: the number of those that were
				     * reported */
	size_t n;
	uint64_t generation; /* the table that has counted the packets: see
			      * egress_denied_generation() */
};

/*
 * Compares *refusals, the kernel's counters for the set's list, with *told. Reports the packets
 * that were not reported before, and adds them to *told. Reports at most `most` destinations, those
 * with the most unreported packets first; fewer if the user's sets have caused many events in this
 * minute. Returns the number of reported destinations. *ret_left: the number of destinations that
 * still have unreported packets.
 */
size_t egress_denied_tell(struct set *set, struct told *told, const struct task_refusals *refusals,
			  size_t most, size_t *ret_left);
/* Reports that the set, or a member of the network, has asked for a name that its list does not
 * have. questions: the number of such questions, as in struct wire_resolver_denied. */
void egress_denied_name(struct set *set, const char *name, uint64_t questions);

/* Must be called when the firewall's table is about to be made anew. The new table gets a new
 * number (egress_denied_generation()), because its counters of refused packets begin at 0. */
void egress_denied_flushed(void);
/* Returns the number of the firewall's present table. Each new table gets another one. */
uint64_t egress_denied_generation(void);

/* Compares *now, the kernel's present counters, with *told. Fills in news with the destinations
 * that have unreported packets, and the number of these packets; destinations with the most come
 * first. Returns the number of destinations, or 0 without memory. Forgets destinations in *told
 * that *now does not have. */
size_t told_compare(struct told *told, const struct task_refusals *now,
		    struct task_refusal news[static TOLD_MAX]);
/* Records that the packets of *news, an element that told_compare() has filled in, were
 * reported. */
void told_add(struct told *told, const struct task_refusal *news);
void told_clear(struct told *told);
