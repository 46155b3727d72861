/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes sets. A set is recorded before anything of it is made, so that a daemon that ends meanwhile
 * leaves nothing without a record:
 *
 *   check, record (creating), maker, ready, answer, record
 *
 * If a creation fails, a removal rolls it back (remove.h).
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* Called once at the end of a creation: with the set and failure NULL, or with set NULL and the
 * failure when nothing of the set is left. */
typedef void set_created(struct keeper *keeper, struct set *set, const struct failure *failure,
			 void *context);
/* Returns name or, if name is NULL, a name that none of the caller's sets has,
 * which is stored in picked. */
const char *create_pick_name(struct keeper *keeper, const struct request *request, const char *name,
			     char picked[static NAME_SIZE]);

/* Called when the namespaces that a set adopts have been opened and pinned. Returns 0, or an error
 * and *failure, and then the set is rolled back. */
typedef int set_adopted(struct keeper *keeper, struct set *set, const struct task_report *report,
			void *context, struct failure *failure);

/* A set to be made. */
struct set_wish {
	const char *name;
	const struct wire_spec *spec;
	const struct wire_network *network; /* NULL: this is a set, not a network */
	bool run;			    /* made by Run: the set ends with its command */
	const char *group;		    /* id of the Apply that makes the set, or NULL */
	bool no_init;
	/* again: the record of a set that is made again at boot and keeps its id and age; NULL for
	 * other sets. plan: the specification with the links to plan; NULL: spec. */
	const struct set *again;
	const struct wire_spec *plan;
	const struct wire_adopt *adopt; /* the namespaces are these; NULL: they are made */
	set_adopted *adopted;
	set_created *created;
	void *context;
};
/*
 * Makes a set for the request, whose identity and connection it uses. wish->spec must have been
 * checked and completed. Returns 0 (wish->created will be called once), or an error and *failure,
 * and then nothing has happened.
 */
int set_create(struct keeper *keeper, struct request *request, const struct set_wish *wish,
	       struct failure *failure);

/* A set_created: answers the request that is its context with the set, or with the failure. */
void create_answer(struct keeper *keeper, struct set *set, const struct failure *failure,
		   void *context);

/* Returns true if the maker of such a set needs descriptors of a client. */
bool create_takes_descriptors(const struct wire_spec *spec);

/* Sets within sets. They are made from inside a set, in the cgroup of that set, and are removed
 * before it. */

/* Finds the set that the caller is in, in which it wants to make another one; ret NULL: the caller
 * is in none. Returns 0, or an error and failure if the caller cannot make such a set there. */
int within_find_around(struct keeper *keeper, const struct request *request,
		       const struct wire_spec *spec, const struct set **ret,
		       struct failure *failure);
