/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes sets. A set is recorded before anything of it is made, so if the daemon ends meanwhile,
 * nothing is left without a record. The steps:
 *
 *   check the request, record the set as creating, let a maker (a process that makes one set) make
 *   it, write its record for the next boot, if it has one, answer, record the set as ready
 *
 * If a creation fails, what was made of the set is removed again (remove.h).
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* Called once at the end of a creation. failure: NULL if the creation has succeeded. set: NULL if
 * the creation has failed; if what was made could not be removed again, the set stays, as
 * broken. */
typedef void set_created(struct keeper *keeper, struct set *set, const struct failure *failure,
			 void *context);
/* Returns name. If name is NULL, stores in picked a name that none of the caller's sets has, and
 * returns picked. */
const char *create_pick_name(struct keeper *keeper, const struct request *request, const char *name,
			     char picked[static NAME_SIZE]);

/* Called when the maker has opened and pinned the namespaces that a set adopts. *report identifies
 * them. Returns 0 or, to refuse them, an error and *failure: then what was made of the set is
 * removed. */
typedef int set_adopted(struct keeper *keeper, struct set *set, const struct task_report *report,
			void *context, struct failure *failure);

/* A set to be made. */
struct set_wish {
	const char *name; /* of a network: NETWORK_SIGN and its name */
	const struct wire_spec *spec;
	const struct wire_network *network; /* NULL: this is a set, not a network */
	bool run;			    /* made by Run: the set ends with its command */
	const char *group;		    /* id of the Apply that makes the set, or NULL */
	bool no_init;			    /* of a Run: the command becomes process 1 */
	/* at boot: the record of the set that is made again, whose id and time of creation it
	 * keeps; NULL: the set is new */
	const struct set *again;
	/* the specification by which the set's links are recorded; at boot: *spec, but with the
	 * links that were recorded last; NULL: spec */
	const struct wire_spec *plan;
	const struct wire_adopt *adopt; /* the namespaces to adopt; NULL: new ones are made */
	set_adopted *adopted;
	set_created *created;
	void *context;
};
/* Makes a set for the caller of the request. Does not answer the request: wish->created() may do
 * that. wish->spec must have been checked and completed, for example by admission_of_spec().
 * Returns 0, and calls wish->created() once, perhaps before returning. Or returns an error and
 * *failure: then nothing was made, and wish->created() is not called. */
int set_create(struct keeper *keeper, struct request *request, const struct set_wish *wish,
	       struct failure *failure);

/* Function of type set_created: answers the request in context with the set, or with the
 * failure. */
void create_answer(struct keeper *keeper, struct set *set, const struct failure *failure,
		   void *context);

/* Returns true if the maker of a set with this specification needs descriptors of the client: of
 * its root, or of sources of mounts. */
bool create_takes_descriptors(const struct wire_spec *spec);

/* sets within sets: such a set is made from inside the surrounding set, and removed before it */

/* Finds the set that the caller is in, within which its new sets are made. *ret NULL: the caller is
 * in no set. spec: that of the new set. Returns 0, or an error and *failure if the caller cannot
 * make such a set there. */
int within_find_around(struct keeper *keeper, const struct request *request,
		       const struct wire_spec *spec, const struct set **ret,
		       struct failure *failure);
