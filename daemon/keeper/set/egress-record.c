/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-list.h"
#include "daemon/keeper/set/egress-find.h"
#include "daemon/keeper/set/egress-record.h"
#include "daemon/keeper/state/store.h"
#include "daemon/kernel/fault-point.h"

static struct egress_record *changes;

bool egress_record_is_changing(const struct set *set)
{
	return LIST_FIND(changes, at, next, strcmp(at->id, set->id) == 0);
}

void egress_record_free(struct egress_record *record)
{
	LIST_DROP(changes, record, next);
	free(record->before);
}

/* Returns the address of the member that has the list, packed: set->network of a network, or
 * set->spec of a set. *ret_size: the address of the member with its size. */
static void **part_of(struct set *set, size_t **ret_size)
{
	*ret_size = set_is_network(set) ? &set->network_size : &set->spec_size;
	return set_is_network(set) ? &set->network : &set->spec;
}

/* Packs a copy of the member that has the list (see part_of()), with reach as the list. The caller
 * frees *ret. Returns 0 or -errno. */
static int pack_with(const struct set *set, const struct wire_reach *reach, void **ret,
		     size_t *size)
{
	static struct wire_network network;
	static struct wire_spec spec;
	int r;

	if (set_is_network(set)) {
		r = wire_unpack(&wire_network_layout, set->network, set->network_size, &network);
		network.reach = *reach;
		return r < 0 ? r : wire_pack(&wire_network_layout, &network, ret, size);
	}
	r = wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec);
	spec.reach = *reach;
	return r < 0 ? r : wire_pack(&wire_spec_layout, &spec, ret, size);
}

/* Exchanges the member that has the list (see part_of()) with record->before, and writes the set's
 * record. A second call undoes this. Returns 0 or -errno; exchanges the members in either case. */
static int exchange(struct egress_record *record, struct keeper *keeper, struct set *set)
{
	size_t *size, other_size = record->before_size;
	void **part = part_of(set, &size), *other = record->before;

	record->before = *part;
	record->before_size = *size;
	*part = other;
	*size = other_size;
	return store_write_set(keeper->store, set);
}

/* Counts the entries of the recorded list against the owner's limit, instead of those of the list
 * that was tried. Has the files in /etc updated if needed. */
static void count(struct keeper *keeper, struct set *set)
{
	static struct wire_reach reach;
	static struct wire_spec spec;
	bool had_names = set->egress.names;

	if (egress_list_read(set, &spec, &reach))
		egress_list_count(keeper, set, &reach);
	egress_names_follow(set, had_names);
}

static int write_list(struct egress_record *record, struct keeper *keeper, struct set *set,
		      const struct wire_reach *reach, struct failure *failure)
{
	int r = pack_with(set, reach, &record->before, &record->before_size);

	if (r == 0) {
		r = exchange(record, keeper, set);
		if (r < 0)
			(void)exchange(record, keeper, set);
	}
	return r < 0 ? failure_from_errno(failure, r, "record the list") : 0;
}

int egress_record_change(struct egress_record *record, struct keeper *keeper, struct set *set,
			 const struct wire_reach *reach, struct failure *failure)
{
	bool had_names = set->egress.names;
	int r = egress_list_hold(keeper, set, reach, failure);

	if (r)
		return r;
	egress_names_follow(set, had_names);
	r = write_list(record, keeper, set, reach, failure);
	if (r) {
		count(keeper, set);
		return r;
	}
	record->changed = true;
	memcpy(record->id, set->id, sizeof(record->id));
	LIST_PUSH(changes, record, next);
	fault_point("list-recorded");
	return 0;
}

void egress_record_take_back(struct egress_record *record, struct keeper *keeper, struct set *set)
{
	int r = exchange(record, keeper, set);

	if (r < 0)
		log_warning("record of %s %s not restored: %s", set_what(set), set_shown_name(set),
			    strerror(-r));
	count(keeper, set);
}
