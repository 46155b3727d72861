/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of links: recorded before they are made, forgotten when the kernel has nothing of them.
 * A link lies between two places; what it is to be is worked out in link-plan.c, what the kernel
 *does in daemon/kernel/link.c. A link of a set's specification is made by the set's own maker; a
 *link goes with the first of its two places.
 *
 *	add: plan, record (creating), TASK_LINK, record (ready), answer
 *	set: plan, record, TASK_ADJUST, answer; on failure the record is as it was
 *	remove: record (removing), TASK_UNLINK, forget, answer
 */
#ifndef NSCTL_KEEPER_LINK_H
#define NSCTL_KEEPER_LINK_H

#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/request/request.h"

/* What is told when something asked for is done: the link (NULL: it is gone), or why not. */
typedef void link_done(struct keeper *keeper, struct link *link, const struct failure *failure,
		       void *context);
/* Makes a link for the subject, its ends named in failures from "a." and "b." on: 0 (done will be
 * called once), or an error and *failure: nothing has happened. group: as wiring_wish's. */
int link_add(struct keeper *keeper, const struct authz_subject *subject,
	     const struct wire_link *wire, const char *group, link_done *done, void *context,
	     struct failure *failure);
/* Takes a link away to which nothing is being done; done is called once. */
void link_remove_one(struct keeper *keeper, struct link *link, link_done *done, void *context);

/* --- records: link-record.c --- */

/* Plans a link and records it, to be made. 0, or an error: nothing has happened. wish->id is filled
 * in. */
int link_plan(struct keeper *keeper, struct wiring_wish *wish, struct link **ret,
	      struct failure *failure);
/* In memory and on disk: the kernel has nothing of it. */
void link_forget(struct keeper *keeper, struct link *link);

/* --- for create.c: the links of a set that is made or removed --- */

/* Plans and records the links of the set's specification. 0, or an error and none of them. */
int link_record_all(struct keeper *keeper, const struct authz_subject *subject, struct set *set,
		    const struct wire_spec *spec, struct failure *failure);
/* Puts them into the maker's order, and whatever the set is linked to into the remover's; views
 * that hold until the next call. */
void link_fill_create(struct keeper *keeper, const struct set *set, struct task_create *task);
void link_fill_remove(struct keeper *keeper, const struct set *set, struct task_remove *task);
/* The maker has taken addresses so many ways further in the pools: the record says so. Returns 0 or
 * -errno. */
int link_way_moved(struct keeper *keeper, struct set *set, uint32_t ways);
/* The set's maker has made them. */
void link_all_made(struct keeper *keeper, struct set *set);
/* The kernel has nothing of them: their records go before the set's own. 0 or -errno. */
int link_unrecord_all(struct keeper *keeper, const struct set *set);
/* They have gone with the set. */
void link_forget_all(struct keeper *keeper, struct set *set);
/* Whether an operation on one of them is in progress: its end is told to
 * upcalls.network_idle. */
bool link_any_busy(const struct set *set);

/* --- for recovery.c --- */

/* After the sets have been put right: finishes or takes back what was in progress. */
void link_recover(struct keeper *keeper, struct link *link);

#endif
