/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing the list of egress in the record of a set or network, in memory and on disk. The entries
 * of the list count for the owner, and the files in /etc of the set follow its names. A change can
 * be taken back until it is freed, and only one can be in progress for a set or network.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

struct egress_record {
	bool changed; /* the record has the new list */
	/* members that only egress-record.c may use */
	struct egress_record *next;
	char id[ID_SIZE]; /* of the set or network */
	void *before;	  /* the old specification, or the old network */
	size_t before_size;
};

/* Gives the record another list. *record must be zeroed. Returns 0, or an error of the interface if
 * the owner may not have so many entries, or the record cannot be written; the old list then
 * holds. */
int egress_record_change(struct egress_record *record, struct keeper *keeper, struct set *set,
			 const struct wire_reach *reach, struct failure *failure);
/* Gives the record the list that it had before. *record must be changed. Logs a failure. */
void egress_record_take_back(struct egress_record *record, struct keeper *keeper, struct set *set);
/* Ends the change, and frees what it owns. Must be called for every *record, changed or not. */
void egress_record_free(struct egress_record *record);

/* Returns true between egress_record_change() and egress_record_free(). */
bool egress_record_is_changing(const struct set *set);
