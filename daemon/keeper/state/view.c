/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/policy/peer.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/view.h"

/* --- for workers --- */

struct task_set view_task_set(const struct set *set)
{
	return (struct task_set){
		.owner = set->owner,
		.above = set->above,
		.name = set->name,
		.id = set->id,
		.kinds = set->kinds,
		.traces = set->traces,
		.callers_cgroup = set->callers_cgroup,
		.callers_inode = set->callers_inode,
	};
}

/* --- links --- */

/* Returns the set's end of the link, or NULL if the link cannot be decoded. The end is valid until
 * the next call. */
static const struct wire_end *view_end(const struct set *set, const struct link *link)
{
	static struct wire_link wire;

	if (wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) < 0)
		return NULL;
	return link->ends[0] == set ? &wire.a : &wire.b;
}

static void view_links(const struct set *set, struct wire_set *ret)
{
	for (const struct link *link = set->links; link && ret->n_interfaces < INTERFACES_MAX;
	     link = link_next(link, set)) {
		const struct wire_end *end = view_end(set, link);
		struct wire_interface *interface = &ret->interfaces[ret->n_interfaces];

		if (!end)
			continue;
		*interface = (struct wire_interface){.name = end->interface, .link = link->name};
		for (size_t i = 0; i < end->n_addresses && i < INTERFACE_ADDRESSES_MAX; i++)
			interface->addresses[interface->n_addresses++] = end->addresses[i];
		ret->n_interfaces++;
	}
}

static void view_addresses(const struct set *set, struct wire_summary *ret)
{
	for (const struct link *link = set->links; link; link = link_next(link, set)) {
		const struct wire_end *end = view_end(set, link);

		for (size_t i = 0; end && i < end->n_addresses; i++)
			if (ret->n_addresses < SUMMARY_ADDRESSES_MAX)
				ret->addresses[ret->n_addresses++] = end->addresses[i];
	}
}

const struct link *view_link_of(const struct set *set, const char *interface)
{
	for (const struct link *link = set->links; link; link = link_next(link, set)) {
		const struct wire_end *end = view_end(set, link);

		if (end && end->interface && strcmp(end->interface, interface) == 0)
			return link;
	}
	return NULL;
}

/* --- sets --- */

void view_cgroup_path(const struct set *set, char ret[static CGROUP_PROCESSES_SIZE])
{
	const struct task_set named = view_task_set(set);

	cgroup_path_of_processes(&named, NULL, ret);
}

int view_open_cgroup(struct keeper *keeper, const struct set *set)
{
	const struct task_set named = view_task_set(set);

	return cgroup_of_processes(keeper->cgroup_fd, &named, NULL, cgroup_open);
}

/* Writes the path of the cgroup with the set's processes, from the top of the cgroup hierarchy.
 * view_cgroup_path() returns it from keeper->cgroup, the directory of all sets' cgroups. If the
 * processes are in a cgroup of the caller's, that path begins with as many "../" as lead to the
 * top. */
static void view_cgroup(const struct keeper *keeper, const struct set *set, struct set_view *view)
{
	char path[CGROUP_PROCESSES_SIZE], *at = path;

	view_cgroup_path(set, path);
	while (strncmp(at, "../", 3) == 0)
		at += 3;
	snprintf(view->cgroup, sizeof(view->cgroup), "/%s%s%s", at > path ? "" : keeper->cgroup,
		 at > path ? "" : "/", at);
	view->wire.cgroup = view->cgroup;
}

static bool has_sessions(const struct set *set)
{
	return LIST_FIND(set->sessions, at, next_in_set, session_counts(at));
}

/* Writes the path of the cgroup with the set's processes, which the front (the process that serves
 * the client) counts there, and returns it. If the path is not wanted, and the set has no sessions,
 * returns NULL: at most the set's init runs then, and nothing need be counted. */
static const char *view_processes_in(const struct set *set, bool wanted,
				     char path[static CGROUP_PROCESSES_SIZE])
{
	if (!wanted && !has_sessions(set))
		return NULL;
	view_cgroup_path(set, path);
	return path;
}

static void view_namespace(struct keeper *keeper, const struct set *set, enum kind kind,
			   struct set_view *view)
{
	struct wire_namespace *namespace = &view->wire.namespaces[view->wire.n_namespaces++];
	bool held = set->kinds & KIND_BIT(kind) && set->inodes[kind];

	wire_clear(&wire_namespace_layout, namespace);
	namespace->kind_number = kind + 1;
	namespace->held = held;
	namespace->inode = held ? set->inodes[kind] : keeper->host->wall.inodes[kind];
	namespace->id = held ? set->ids[kind] : 0;
	if (!held)
		return;
	if (set->traces.visible && kind != KIND_MNT)
		snprintf(view->paths[kind], sizeof(view->paths[kind]), "%s/ns/%u/%s/%s",
			 keeper->runtime, set->owner, set->name, kind_name(kind));
	else if (set->traces.ip_netns && kind == KIND_NET)
		snprintf(view->paths[kind], sizeof(view->paths[kind]), "/run/netns/%s", set->name);
	else
		return;
	namespace->path = view->paths[kind];
}

/* Returns the time at which the set expires, by the wall clock as it is set now; 0: never. */
static uint64_t wall_clock_expiry(const struct set *set)
{
	uint64_t expires = set->lease.expires;

	return expires ? clock_wall() + expires - MIN(clock_boottime(), expires) : 0;
}

const char *view_parent(const struct keeper *keeper, const struct set *set)
{
	const struct set *around = registry_find_at(keeper->registry, set->above);

	return around ? set_shown_name(around) : NULL;
}

size_t view_publish(const struct set *set, struct spec_publish ret[static PUBLISH_MAX])
{
	static struct wire_spec spec;

	if (!set->published || !set->spec ||
	    wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0)
		return 0;
	memcpy(ret, spec.publish, sizeof(spec.publish));
	return spec.n_publish;
}

void view_set(struct keeper *keeper, const struct set *set, bool brief, struct set_view *ret)
{
	wire_clear(&wire_set_layout, &ret->wire);
	memset(ret->paths, 0, sizeof(ret->paths));
	ret->wire.name = set->name;
	ret->wire.owner = set->owner;
	ret->wire.id = set->id;
	ret->wire.state = set->state;
	ret->wire.broken = set->state == SET_BROKEN ? set->broken : NULL;
	ret->wire.created = set->created;
	ret->wire.kinds = set->kinds;
	ret->wire.adopted = set->adopted;
	ret->wire.frozen = set->frozen;
	ret->wire.expires = wall_clock_expiry(set);
	ret->wire.parent = view_parent(keeper, set);
	ret->wire.processes = set->init_pid ? 1 : 0;
	ret->wire.processes_in = view_processes_in(set, false, ret->processes_in);
	if (brief) {
		view_links(set, &ret->wire);
		ret->wire.spec.n_publish = view_publish(set, ret->wire.spec.publish);
		return;
	}
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		view_namespace(keeper, set, kind, ret);
	if (set->spec)
		wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &ret->wire.spec);
	for (const struct session *at = set->sessions; at; at = at->next_in_set)
		ret->wire.sessions += session_counts(at);
	ret->wire.init = set->init_pid;
	view_cgroup(keeper, set, ret);
}

void view_summary(struct keeper *keeper, const struct set *set, bool usage,
		  struct summary_view *ret)
{
	struct wire_summary *wire = &ret->wire;

	wire_clear(&wire_summary_layout, wire);
	wire->name = set->name;
	wire->owner = set->owner;
	wire->state = set->state;
	wire->kinds = set->kinds;
	wire->processes = set->init_pid ? 1 : 0;
	wire->processes_in = view_processes_in(set, usage, ret->processes_in);
	wire->created = set->created;
	wire->expires = wall_clock_expiry(set);
	wire->parent = view_parent(keeper, set);
	wire->frozen = set->frozen;
	view_addresses(set, wire);
	wire->n_publish = view_publish(set, wire->publish);
}

/* --- sessions --- */

void view_session(const struct session *session, struct wire_session *ret)
{
	ret->session = session->id;
	ret->set = session->set ? session->set->name : NULL;
	ret->pid = session->pid;
	ret->started = session->started;
	ret->ended = session->ended;
	ret->exited = session->exited;
	ret->exit_status = session->status;
	ret->signal = session->signal;
}

/* --- networks --- */

static void view_lease(const struct set *set, struct wire_lease *ret)
{
	static struct wire_spec spec;

	if (set->spec && wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) == 0)
		*ret = spec.lease;
}

/* Lists the sets at the other ends of the network's links, the oldest link first. If there are more
 * than NETWORK_MEMBERS_MAX, leaves out the oldest. */
static void list_members(const struct set *network, struct wire_network *ret)
{
	for (const struct link *link = network->links; link && ret->n_members < NETWORK_MEMBERS_MAX;
	     link = link_next(link, network)) {
		const struct set *member = link->ends[link->ends[0] == network ? 1 : 0];

		if (member)
			ret->members[ret->n_members++].name = set_shown_name(member);
	}
	/* the registry has the newest link first */
	for (size_t i = 0; i < ret->n_members / 2; i++) {
		const char *name = ret->members[i].name;

		ret->members[i].name = ret->members[ret->n_members - 1 - i].name;
		ret->members[ret->n_members - 1 - i].name = name;
	}
}

int view_network(const struct set *set, struct wire_network *ret)
{
	int r = 0;

	wire_clear(&wire_network_layout, ret);
	/* NULL: the network had no record when nsctld started */
	if (set->network)
		r = wire_unpack(&wire_network_layout, set->network, set->network_size, ret);
	if (r < 0)
		return r;
	ret->name = set_shown_name(set);
	ret->owner = set->owner;
	ret->created = set->created;
	view_lease(set, &ret->lease);
	ret->expires = wall_clock_expiry(set);
	list_members(set, ret);
	return 0;
}
