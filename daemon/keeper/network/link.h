/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of links. A link is recorded before it is made, and its record is deleted when nothing
 * of it is left in the kernel. link-plan.c decides its names and addresses, and
 * daemon/kernel/link.c makes it. The links of a set's specification are made by the set's maker. A
 * link is removed with the first of the two places that it connects.
 *
 *   add: plan, record (creating), TASK_LINK, record (ready), answer
 *   set: plan, record, TASK_ADJUST, answer; on failure restore the old record
 *   remove: record (removing), TASK_REMOVE_LINK, delete the record, answer
 */
#pragma once

#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/request/request.h"

/* Called at the end of an operation on a link. link: NULL if the link is gone. failure: NULL if the
 * operation has succeeded. */
typedef void link_done(struct keeper *keeper, struct link *link, const struct failure *failure,
		       void *context);
/* Returns true if the subject may act on the sets at both ends: see authz_reaches(). */
bool link_is_reached(const struct link *link, const struct authz_subject *subject);

/* Makes a link for the subject. group: as in struct link_wish. Returns 0 if done() will be called
 * once. Otherwise returns an error, and nothing has happened. The field in *failure begins with
 * "a." or "b.", for the end that it is about. */
int link_add(struct keeper *keeper, const struct authz_subject *subject,
	     const struct wire_link *wire, const char *group, link_done *done, void *context,
	     struct failure *failure);
/* Removes a link on which no operation is in progress. Calls done() once. */
void link_remove_one(struct keeper *keeper, struct link *link, link_done *done, void *context);

/* --- records: link-record.c --- */

/* Plans a link and records it. Fills in wish->id. Returns 0, or an error, and then nothing is
 * recorded. */
int link_record_one(struct keeper *keeper, struct link_wish *wish, struct link **ret,
		    struct failure *failure);
/* Deletes a link from memory and disk, when nothing of it is left in the kernel. */
void link_forget(struct keeper *keeper, struct link *link);

/* --- for create.c and remove.c: all links of a set --- */

/* Plans and records all links of the set's specification, and its way out. Returns 0, or an error,
 * and then none is recorded. */
int link_record_all(struct keeper *keeper, const struct authz_subject *subject, struct set *set,
		    const struct wire_spec *spec, struct failure *failure);
/* Checks that the set or network at the other end of link n of the set's specification, which was
 * ready, still is. Returns 0, ERROR_NOT_FOUND or ERROR_BUSY. */
int link_check_peer(struct keeper *keeper, const struct set *set, size_t n,
		    struct failure *failure);
/* Adds the set's links to the task of its maker. The task points into static
 * memory, until the next call. */
void link_fill_create(struct keeper *keeper, const struct set *set, struct task_create *task);
/* Adds the set's links to the task of its remover. The task points into static
 * memory, until the next call. */
void link_fill_remove(struct keeper *keeper, const struct set *set, struct task_remove *task);
/* Records that the maker has given the set's way out other addresses: those of the way that is
 * `ways` ways further in the pools. Returns 0 or -errno. */
int link_way_moved(struct keeper *keeper, struct set *set, uint32_t ways);
/* Records and reports that the set's links are ready. Must be called when its maker has made
 * them. */
void link_all_made(struct keeper *keeper, struct set *set);
/* Deletes the links' records, when nothing of the links is left in the kernel. Must be called
 * before the set's own record is deleted. Returns 0 or -errno. */
int link_unrecord_all(struct keeper *keeper, const struct set *set);
/* Deletes the set's links from memory and disk, and releases its published
 * ports, when the set is gone. */
void link_forget_all(struct keeper *keeper, struct set *set);
/* Returns true if an operation on one of the set's links is in progress. At its end,
 * upcalls->network_idle() is called. */
bool link_any_busy(const struct set *set);

/* --- for recovery.c --- */

/* Finishes or undoes an operation that a restart has interrupted. Must be called
 * after the recovery of sets. */
void link_recover(struct keeper *keeper, struct link *link);
