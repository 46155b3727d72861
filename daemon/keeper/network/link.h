/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of links. A link is recorded before it is made, and its record is deleted when the
 * kernel has nothing of it. link-plan.c works out what it will be; daemon/kernel/link.c makes it. A
 * link of a set's specification is made by the set's maker. A link is removed with the first of the
 * two places that it connects.
 *
 *	add: plan, record (creating), TASK_LINK, record (ready), answer
 *	set: plan, record, TASK_ADJUST, answer; on failure the old record is restored
 *	remove: record (removing), TASK_REMOVE_LINK, delete the record, answer
 */
#ifndef NSCTL_KEEPER_LINK_H
#define NSCTL_KEEPER_LINK_H

#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/request/request.h"

/* Called when an operation has ended: with the link (NULL: it is gone), or with the failure. */
typedef void link_done(struct keeper *keeper, struct link *link, const struct failure *failure,
		       void *context);
/* Returns true if the subject reaches the sets at both ends: authz_reaches(). */
bool link_is_reached(const struct link *link, const struct authz_subject *subject);

/* Makes a link for the subject. Failures name its ends from "a." and "b." on. Returns 0 (done will
 * be called once), or an error and *failure: nothing has happened. group: as in link_wish. */
int link_add(struct keeper *keeper, const struct authz_subject *subject,
	     const struct wire_link *wire, const char *group, link_done *done, void *context,
	     struct failure *failure);
/* Removes a link that has no operation in progress. done is called once. */
void link_remove_one(struct keeper *keeper, struct link *link, link_done *done, void *context);

/* --- records: link-record.c --- */

/* Plans a link and records it. Returns 0, or an error: nothing has happened. Fills in wish->id. */
int link_record_one(struct keeper *keeper, struct link_wish *wish, struct link **ret,
		    struct failure *failure);
/* Deletes a link from memory and disk, when the kernel has nothing of it. */
void link_forget(struct keeper *keeper, struct link *link);

/* --- for create.c: the links of a set that is made or removed --- */

/* Plans and records all links of the set's specification. Returns 0, or an error: none is
 * recorded. */
int link_record_all(struct keeper *keeper, const struct authz_subject *subject, struct set *set,
		    const struct wire_spec *spec, struct failure *failure);
/* Adds the links to the maker's task, and everything that the set is linked to to the remover's.
 * The tasks point into static memory, until the next call. */
void link_fill_create(struct keeper *keeper, const struct set *set, struct task_create *task);
void link_fill_remove(struct keeper *keeper, const struct set *set, struct task_remove *task);
/* Records that the maker has taken the addresses of a way that is this many ways further in the
 * pools. Returns 0 or -errno. */
int link_way_moved(struct keeper *keeper, struct set *set, uint32_t ways);
/* To be called when the set's maker has made the links. */
void link_all_made(struct keeper *keeper, struct set *set);
/* Deletes the links' records, before the set's own, when the kernel has nothing of them. Returns 0
 * or -errno. */
int link_unrecord_all(struct keeper *keeper, const struct set *set);
/* Deletes the links from memory, when they are gone with the set. */
void link_forget_all(struct keeper *keeper, struct set *set);
/* Returns true if an operation on one of the links is in progress. upcalls.network_idle is called
 * at its end. */
bool link_any_busy(const struct set *set);

/* --- for recovery.c --- */

/* Finishes or undoes an interrupted operation. To be called after the sets were put right. */
void link_recover(struct keeper *keeper, struct link *link);

#endif
