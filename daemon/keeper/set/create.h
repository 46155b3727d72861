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

#include "daemon/keeper/keeper.h"

/* What is told when a set is ready (failure NULL) or could not be made and is gone. */
typedef void lifecycle_created(struct keeper *keeper, struct set *set,
			       const struct failure *failure, void *context);
/* Makes a set for the request: 0 (created will be called once), or an error and *failure: nothing
 * has happened. spec has been checked and completed; identity and connection are the request's. */
/* name, or where that is NULL one that its owner has not used yet, in picked. */
const char *lifecycle_name(struct keeper *keeper, const struct request *request, const char *name,
			   char picked[static NAME_SIZE]);

struct lifecycle_wish {
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
	lifecycle_created *created;
	void *context;
};
int lifecycle_create(struct keeper *keeper, struct request *request,
		     const struct lifecycle_wish *wish, struct failure *failure);

/* Returns true when descriptors of a client's are needed to make the set. */
bool lifecycle_takes_descriptors(const struct wire_spec *spec);

/* Removes it; done is called once (failure NULL: it is gone). grace in microseconds. */
typedef void lifecycle_removed(struct keeper *keeper, const struct failure *failure, void *context);
void lifecycle_remove(struct keeper *keeper, struct set *set, uint64_t grace,
		      lifecycle_removed *removed, void *context);
/* Removes it for a kept request, which is answered. The one that begins the removal is also told to
 * the log, and so stays when its connection goes. */
void lifecycle_remove_for(struct keeper *keeper, struct set *set, uint64_t grace,
			  struct request *request);

/* Nothing is being done to one of the set's links any more: a removal may have waited for that. */
void lifecycle_links_settled(struct keeper *keeper, struct set *set);

/* A session of the set has ended: a removal may have waited for that. */
void lifecycle_session_ended(struct keeper *keeper, struct set *set);

/* Requests. */
void lifecycle_on_create(struct keeper *keeper, struct request *request,
			 struct wire_message *message);
void lifecycle_on_remove(struct keeper *keeper, struct request *request,
			 struct wire_message *message);

#endif
