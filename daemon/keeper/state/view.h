/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views: sets, networks and sessions as answers and events show them to clients, and sets as tasks
 * describe them to workers. The strings of a view are parts of records in the registry, and valid
 * until these change, or are in the view itself. So a view must not be copied.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/kernel/cgroup.h"

/* --- for clients --- */

struct session;

struct set_view {
	struct wire_set wire;
	char cgroup[KEEPER_CGROUP_SIZE + CGROUP_PROCESSES_SIZE];
	char processes_in[CGROUP_PROCESSES_SIZE];
	char paths[KIND_COUNT][256];
};
/* Fills in a view of a set. A brief view leaves out namespaces, specification, sessions, init and
 * cgroup, but has the published ports, and the interfaces as they are recorded. A longer view has
 * no interfaces: the method Get asks the kernel for them, and adds them. */
void view_set(struct keeper *keeper, const struct set *set, bool brief, struct set_view *ret);

struct summary_view {
	struct wire_summary wire;
	char processes_in[CGROUP_PROCESSES_SIZE];
};
/* Fills in a summary of a set: a row in the table of sets that the method List returns. usage: the
 * client wants the set's resource usage; processes_in, the cgroup where it is measured, is then
 * filled in even if only the set's init runs. */
void view_summary(struct keeper *keeper, const struct set *set, bool usage,
		  struct summary_view *ret);
/* Fills in the ports that a set publishes. Returns their number. */
size_t view_publish(const struct set *set, struct spec_publish ret[static PUBLISH_MAX]);
/* Fills in a network with its members. Returns 0, or -EBADMSG if set->network cannot be decoded. */
int view_network(const struct set *set, struct wire_network *ret);
/* Fills in the session's id, set, pid, times and end. The caller clears *ret before. */
void view_session(const struct session *session, struct wire_session *ret);
/* Returns the link that has this interface in the set, or NULL. */
const struct link *view_link_of(const struct set *set, const char *interface);

/* Returns the shown name of the set directly around the set, or NULL if there is none. */
const char *view_parent(const struct keeper *keeper, const struct set *set);

/* --- for workers --- */

/* Returns the set as tasks describe it. The result points into the set. */
struct task_set view_task_set(const struct set *set);

/* Writes the path of the cgroup with the set's processes, relative to the directory of all sets'
 * cgroups. */
void view_cgroup_path(const struct set *set, char ret[static CGROUP_PROCESSES_SIZE]);

/* Opens the cgroup with the set's processes. Returns a descriptor or -errno. */
int view_open_cgroup(struct keeper *keeper, const struct set *set);
