/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes the list of egress (the destinations to which a set or network may send packets) in the
 * record of the set or network, in memory and on disk. Also counts the list's entries against the
 * owner's limit, and has the files in /etc updated. A change can be taken back until it is freed.
 * Before a change, the caller must check by egress_record_is_changing() that no other one is in
 * progress for this set or network. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

struct egress_record {
	bool changed; /* the new list was recorded */
	/* members that only egress-record.c may use */
	struct egress_record *next;
	char id[ID_SIZE]; /* of the set or network */
	void *before;	  /* the old specification, or the old network */
	size_t before_size;
};

/* Replaces the list in the record by reach. *record must be zeroed. Returns 0, or an error and
 * *failure if the owner's limits do not allow this list, or if the record cannot be written; then
 * the old list stays. */
int egress_record_change(struct egress_record *record, struct keeper *keeper, struct set *set,
			 const struct wire_reach *reach, struct failure *failure);
/* Puts the old list back into the record. record->changed must be true. Logs a failure. */
void egress_record_take_back(struct egress_record *record, struct keeper *keeper, struct set *set);
/* Ends the change, and frees what it owns; the record stays as it is. Must be called for every
 * *record, changed or not. */
void egress_record_free(struct egress_record *record);

/* Returns true if a change of the set's list was recorded and not freed yet. */
bool egress_record_is_changing(const struct set *set);
