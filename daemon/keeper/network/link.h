/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of links. A link is a veth pair that connects two places: sets, networks or the host. A
 * link is recorded before it is made, and its record is deleted when nothing of the link is left in
 * the kernel. link-plan.c decides its names and addresses, and daemon/kernel/link.c makes it. The
 * worker that makes a set (its maker) also makes the links of the set's specification. A link is
 * removed, at the latest, with the first of the two places that it connects.
 *
 * The steps, in order (TASK_...: a worker acts; record (...): a record with this state is written):
 *
 *   AddLink: plan, record (creating), TASK_LINK, answer, record (ready)
 *   SetLink: plan, TASK_ADJUST and record at the same time, answer; after a failure of the worker,
 *            write the old record again
 *   RemoveLink: record (removing), TASK_REMOVE_LINK, delete the record, answer
 *
 * A way out is the link by which a set or network reaches the outside: see egress.h.
 */
#pragma once

#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/request/request.h"

/* Is called at the end of an operation on a link. link: NULL if the link is gone. failure: NULL if
 * the operation has succeeded; valid only during the call. */
typedef void link_done(struct keeper *keeper, struct link *link, const struct failure *failure,
		       void *context);
/* Returns true if the subject may act on the sets and networks at the link's ends: see
 * authz_reaches(). An end on the host does not matter. */
bool link_is_reached(const struct link *link, const struct authz_subject *subject);

/* Makes a link of the subject's user. group: id of the Apply that makes the link, or NULL. Returns
 * 0 if done() will be called once, or an error. For an ERROR_INVALID_VALUE about an end,
 * failure->subject begins with "a." or "b.". */
int link_add(struct keeper *keeper, const struct authz_subject *subject,
	     const struct wire_link *wire, const char *group, link_done *done, void *context,
	     struct failure *failure);
/* Removes a link on which no operation is in progress. Calls done() once, perhaps before
 * returning. */
void link_remove_one(struct keeper *keeper, struct link *link, link_done *done, void *context);

/* --- records: link-record.c --- */

/* Chooses an id, plans a link with it (link_plan()), and records the link in the state
 * LINK_CREATING. Overwrites wish->id, which is not valid afterwards. Returns 0 and the link in
 * *ret, or an error, and then nothing is recorded. */
int link_record_one(struct keeper *keeper, struct link_wish *wish, struct link **ret,
		    struct failure *failure);
/* Deletes the link's record and frees the link. Must be called when nothing of the link is left in
 * the kernel. */
void link_forget(struct keeper *keeper, struct link *link);

/* --- for create.c and remove.c: all links of a set --- */

/* Plans and records all links of spec, and the set's way out (egress.h), if it needs one. Returns
 * 0, or an error; then it has also called link_forget_all(). */
int link_record_all(struct keeper *keeper, const struct authz_subject *subject, struct set *set,
		    const struct wire_spec *spec, struct failure *failure);
/* Checks that the set or network at the other end of link n of the set's specification is still
 * there and ready. Returns 0 (also if there is no such link, or if its other end is on the host),
 * ERROR_NOT_FOUND or ERROR_BUSY. */
int link_check_peer(struct keeper *keeper, const struct set *set, size_t n,
		    struct failure *failure);
/* Fills in task->links with the set's links and, if one of them is a way out, task->firewall. *task
 * then points into static memory, so it must be sent before another task is filled in. */
void link_fill_create(struct keeper *keeper, const struct set *set, struct task_create *task);
/* Adds the set's links to task->links, apart from those that the kernel deletes by itself. If one
 * is a way out, fills in task->firewall, and also task->way if the list of egress may have refused
 * packets that were not reported. *task then points into static memory, as after
 * link_fill_create(). */
void link_fill_remove(struct keeper *keeper, const struct set *set, struct task_remove *task);
/* Writes new addresses of the set's way out to its record. Must be called when the set's maker has
 * reported that it has taken other addresses than planned, because the host uses those. ways: how
 * far the maker has moved each address on in its pool, as in way_shift(). Returns 0 or -errno. */
int link_way_moved(struct keeper *keeper, struct set *set, uint32_t ways);
/* Records that the set's links are ready, and reports them to monitors. Also starts the proxy of
 * the set's published ports, if it needs one (publish_serve()). Must be called when the set's maker
 * has made the links. */
void link_all_made(struct keeper *keeper, struct set *set);
/* Deletes the records of the set's links on disk; the links stay in memory until link_forget_all().
 * Must be called when nothing of the links is left in the kernel, and before the set's own record
 * is deleted. Returns 0 or -errno. */
int link_unrecord_all(struct keeper *keeper, const struct set *set);
/* Deletes the set's links from memory and disk, releases its published ports, and forgets its list
 * of egress. Must be called when nothing of the set is left in the kernel. */
void link_forget_all(struct keeper *keeper, struct set *set);
/* Returns true while an operation on one of the set's links is in progress. At its end,
 * upcalls->network_idle() is called for the set. */
bool link_any_busy(const struct set *set);

/* --- for recovery.c --- */

/* Removes a link that is not ready, because the daemon ended while the link was made or removed.
 * Does nothing if a set at one of its ends is being removed: that removal includes the link. May
 * free the link. Must be called for each link at the start, after the recovery of sets. */
void link_recover(struct keeper *keeper, struct link *link);
