/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a set is made. It is recorded before anything is made, so that a daemon that ends meanwhile
 * leaves nothing without a record:
 *
 *	check, record (creating), maker, ready, answer, record
 *
 * A creation that fails is rolled back by a removal (remove.h).
 */
#ifndef NSCTL_KEEPER_CREATE_H
#define NSCTL_KEEPER_CREATE_H

#include "daemon/keeper/request/request.h"
#include "protocol/name.h"

/* Called once: when a set is ready (failure NULL), or when it could not be made and nothing of it
 * is left (set NULL). */
typedef void set_created(struct keeper *keeper, struct set *set, const struct failure *failure,
			 void *context);
/* Returns name or, if that is NULL, a name in picked that the owner has not used yet. */
const char *create_pick_name(struct keeper *keeper, const struct request *request, const char *name,
			     char picked[static NAME_SIZE]);

struct set_wish {
	const char *name;
	const struct wire_spec *spec;
	const struct wire_network *network; /* NULL: it is a set */
	bool run;			    /* made by Run */
	const char *group;		    /* the Apply that it belongs to, or NULL */
	bool no_init;
	/* The record of a set that is made again at boot: gives its id and age, and its links are
	 * planned from it. */
	const struct set *again;
	const struct wire_spec *plan;
	set_created *created;
	void *context;
};
/*
 * Makes a set for the request. wish->spec has been checked and completed; identity and connection
 * are the request's. Returns 0 (wish->created will be called once), or an error and *failure: then
 * nothing has happened.
 */
int set_create(struct keeper *keeper, struct request *request, const struct set_wish *wish,
	       struct failure *failure);

/* Returns true if making the set needs descriptors of a client. */
bool create_takes_descriptors(const struct wire_spec *spec);

#endif
