/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of sets, as an order of steps. A set is recorded before it is made. Removal, the
 * roll-back of a failed creation and the clean-up at start are the same path.
 *
 *	create: check, record (creating), maker, ready, answer, record
 *	remove: record (removing), child_remove, delete the record, answer
 */
#ifndef NSCTL_KEEPER_CREATE_H
#define NSCTL_KEEPER_CREATE_H

#include "daemon/keeper/request/request.h"
#include "protocol/name.h"

/* Called when a set is ready (failure NULL), or could not be made and is gone. */
typedef void set_created(struct keeper *keeper, struct set *set, const struct failure *failure,
			 void *context);
/*
 * Makes a set for the request. spec has been checked and completed; identity and connection are the
 * request's. Returns 0 (created will be called once), or an error and *failure: nothing has
 * happened.
 */
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
int set_create(struct keeper *keeper, struct request *request, const struct set_wish *wish,
	       struct failure *failure);

/* Returns true if making the set needs descriptors of a client. */
bool create_takes_descriptors(const struct wire_spec *spec);

#endif
