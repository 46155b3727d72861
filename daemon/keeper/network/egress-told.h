/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which refused packets of a list have been told of. This module only keeps the books. */
#pragma once

#include "daemon/wire/report.h"

#define TOLD_MAX ((size_t)2 * REFUSALS_EACH_MAX)

/* Zero: nothing was told. */
struct told {
	struct task_refusal *items; /* destinations, each with the number of packets that events
				     * have told of */
	size_t n;
	uint64_t generation; /* the caller's */
};

/*
 * Compares the kernel's present counters with what was told. Returns the number of destinations
 * with packets that were not, and fills in news: those with most of such packets come first.
 * Forgets destinations that the kernel has forgotten. Without memory, returns 0.
 */
size_t told_compare(struct told *told, const struct task_refusals *now,
		    struct task_refusal news[static TOLD_MAX]);
/* Records that one of these news was told. */
void told_add(struct told *told, const struct task_refusal *news);
void told_clear(struct told *told);
