/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets, networks and links as others see them: clients in answers and events, workers in tasks. A
 * view copies nothing. Its strings belong to the record, and are valid until the record changes.
 */
#ifndef NSCTL_KEEPER_VIEW_H
#define NSCTL_KEEPER_VIEW_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/layout.h"
#include "protocol/kind.h"

/* --- for clients --- */

struct set_view {
	struct wire_set wire;
	char cgroup[KEEPER_CGROUP_SIZE + 64];
	char paths[KIND_COUNT][256];
};
/* Fills in a set. A summary is what lists and events show, with the recorded interfaces. Otherwise
 * it takes longer, and is without interfaces, which only the kernel knows. */
void view_set(struct keeper *keeper, const struct set *set, bool summary, struct set_view *ret);
/* Fills in a network with its members. Returns 0, or -errno if its record cannot be read. */
int view_network(const struct set *set, struct wire_network *ret);
/* Returns the link whose end in the set is this interface, or NULL. */
const struct link *view_link_of(const struct set *set, const char *interface);

/* --- for workers --- */

/* Returns the set in the form that tasks contain. */
struct task_set view_task_set(const struct set *set);

/* Opens the directory of the set's cgroup. Returns a descriptor or -errno. */
int view_open_cgroup(struct keeper *keeper, const struct set *set);

#endif
