/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of sets: the order of steps and nothing else. Recorded before it is made; removal, the
 * roll-back of a failed create and the clean-up at start are one path.
 *
 *	create: check, record (creating), maker, ready, answer, record
 *	remove: record (removing), child_remove, forget, answer
 */
#ifndef NSCTL_KEEPER_CREATE_H
#define NSCTL_KEEPER_CREATE_H

#include "daemon/keeper/request/request.h"
#include "protocol/name.h"

/* What is told when a set is ready (failure NULL) or could not be made and is gone. */
typedef void set_created(struct keeper *keeper, struct set *set, const struct failure *failure,
			 void *context);
/* Makes a set for the request: 0 (created will be called once), or an error and *failure: nothing
 * has happened. spec has been checked and completed; identity and connection are the request's. */
/* name, or where that is NULL one that its owner has not used yet, in picked. */
const char *create_pick_name(struct keeper *keeper, const struct request *request, const char *name,
			     char picked[static NAME_SIZE]);

struct set_wish {
	const char *name;
	const struct wire_spec *spec;
	const struct wire_network *network; /* NULL: it is a set */
	bool run;			    /* it is a Run's */
	const char *group;		    /* it is of this Apply, or NULL */
	bool no_init;
	/* made again at boot: the record, whose id and age it has, and what its links are planned
	 * by */
	const struct set *again;
	const struct wire_spec *plan;
	set_created *created;
	void *context;
};
int set_create(struct keeper *keeper, struct request *request, const struct set_wish *wish,
	       struct failure *failure);

/* Returns true when descriptors of a client's are needed to make the set. */
bool create_takes_descriptors(const struct wire_spec *spec);

#endif
