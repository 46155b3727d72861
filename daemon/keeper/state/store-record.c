/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layouts of the records. A field's number never changes, so that files of older versions can still
 * be read. */
#include "daemon/keeper/state/store-record.h"
#include "daemon/wire/tables.h"

/* clang-format off */

static LAYOUT(record_namespace,
	U32(1, record_namespace, kind_number, KIND_COUNT),
	U64(2, record_namespace, inode, 0),
	U64(3, record_namespace, id, 0),
);

LAYOUT(record_set,
	U32(1, record_set, owner, 0),
	U32(2, record_set, gid, 0),
	STRING(3, record_set, name, KEY_SIZE - 1),
	STRING(4, record_set, id, ID_SIZE - 1),
	U32(5, record_set, state, SET_BROKEN),
	U32(6, record_set, kinds, KIND_ALL),
	U64(7, record_set, created, 0),
	U64(8, record_set, lease, 0),
	U64(9, record_set, lease_expires, 0),
	BOOL(10, record_set, by_connection),
	ARRAY(11, record_set, namespaces, record_namespace, KIND_COUNT),
	U32(12, record_set, init_pid, INT_MAX),
	U64(13, record_set, init_start, 0),
	NESTED(14, record_set, spec, wire_spec),
	BOOL(15, record_set, run),
	NESTED(16, record_set, network, wire_network),
	STRING(17, record_set, group, ID_SIZE - 1),
	NESTED(18, record_set, boot_links, wire_spec),
	U64(19, record_set, idle_expires, 0),
	STRING(20, record_set, wall, WALL_SIZE - 1),
	STRING(21, record_set, above, ABOVE_SIZE - 1),
	BOOL(22, record_set, adopted),
	STRING(23, record_set, callers_cgroup, CALLER_CGROUP_SIZE - 1),
	U64(24, record_set, callers_inode, 0),
	U64(25, record_set, named, 0),
);

LAYOUT(record_session,
	U32(1, record_session, owner, 0),
	STRING(2, record_session, id, ID_SIZE - 1),
	STRING(3, record_session, set_id, ID_SIZE - 1),
	U64(4, record_session, started, 0),
	U64(5, record_session, ended, 0),
	BOOL(6, record_session, exited),
	BOOL(7, record_session, attached),
	BOOL(8, record_session, removes_set),
	U32(9, record_session, status, 255),
	U32(10, record_session, signal, 64),
	NESTED(11, record_session, words, wire_session),
);

LAYOUT(record_link,
	U32(1, record_link, owner, 0),
	STRING(2, record_link, id, ID_SIZE - 1),
	STRING(3, record_link, a_id, ID_SIZE - 1),
	STRING(4, record_link, b_id, ID_SIZE - 1),
	U32(5, record_link, state, LINK_REMOVING),
	BOOL(6, record_link, egress),
	NESTED(7, record_link, wire, wire_link),
	STRING(8, record_link, group, ID_SIZE - 1),
);

/* clang-format on */

/* --- sets --- */

void record_from_set(const struct set *set, struct record_set *ret)
{
	wire_clear(&record_set_layout, ret);
	ret->owner = set->owner;
	ret->gid = set->gid;
	ret->name = set->name;
	ret->id = set->id;
	ret->state = set->state;
	ret->kinds = set->kinds;
	ret->created = set->created;
	ret->lease = set->lease.span;
	ret->lease_expires = set->lease.span_expires;
	ret->idle_expires = set->lease.idle_expires;
	ret->init_pid = set->init_pid;
	ret->init_start = set->init_start;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (set->inodes[kind])
			ret->namespaces[ret->n_namespaces++] = (struct record_namespace){
				kind + 1, set->inodes[kind], set->ids[kind]};
	if (set->spec)
		wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &ret->spec);
	if (set->boot.links)
		wire_unpack(&wire_spec_layout, set->boot.links, set->boot.links_size,
			    &ret->boot_links);
	ret->by_connection = ret->spec.lease.connection;
	ret->group = *set->group ? set->group : NULL;
	ret->run = set->run;
	ret->adopted = set->adopted;
	ret->wall = set->wall;
	ret->above = set->above;
	ret->callers_cgroup = set->callers_cgroup;
	ret->callers_inode = set->callers_inode;
	ret->named = set->egress.named;
	if (set->network)
		wire_unpack(&wire_network_layout, set->network, set->network_size, &ret->network);
}

static bool key_is_valid(const struct record_set *record)
{
	const char *name = record->name;

	if (!name)
		return false;
	return record->network.name ? *name == NETWORK_SIGN && name_is_valid(name + 1)
				    : name_is_valid(name);
}

int record_to_set(const struct record_set *record, const char *name, struct set **ret)
{
	struct set *set;

	if (!key_is_valid(record) || !record->id || strcmp(record->id, name) != 0 ||
	    !record->state || !record->kinds)
		return -EBADMSG;
	set = calloc(1, sizeof(*set));
	if (!set)
		return -ENOMEM;
	set->owner = record->owner;
	set->gid = record->gid;
	snprintf(set->name, sizeof(set->name), "%s", record->name);
	snprintf(set->id, sizeof(set->id), "%s", record->id);
	set->state = record->state;
	set->kinds = record->kinds;
	snprintf(set->group, sizeof(set->group), "%s", record->group ? record->group : "");
	set->run = record->run;
	set->adopted = record->adopted;
	set->created = record->created;
	registry_put_lease(set, &record->spec.lease);
	set->lease.span = record->lease;
	set->lease.span_expires = record->lease_expires;
	set->lease.idle_expires = record->idle_expires;
	set->lease.expires = set_next_expiry(set);
	set->init_pid = record->init_pid;
	set->init_start = record->init_start;
	for (size_t i = 0; i < record->n_namespaces; i++) {
		uint32_t number = record->namespaces[i].kind_number;

		if (number < 1)
			continue;
		set->inodes[number - 1] = record->namespaces[i].inode;
		set->ids[number - 1] = record->namespaces[i].id;
	}
	set->wall = record->wall ? strdup(record->wall) : NULL;
	set->above = record->above ? strdup(record->above) : NULL;
	set->callers_cgroup = record->callers_cgroup ? strdup(record->callers_cgroup) : NULL;
	set->callers_inode = record->callers_inode;
	set->egress.named = record->named;
	if ((record->wall && !set->wall) || (record->above && !set->above) ||
	    (record->callers_cgroup && !set->callers_cgroup) ||
	    registry_put_spec(set, &record->spec) < 0 ||
	    (record->network.name && wire_pack(&wire_network_layout, &record->network,
					       &set->network, &set->network_size) < 0) ||
	    (record->boot_links.given && wire_pack(&wire_spec_layout, &record->boot_links,
						   &set->boot.links, &set->boot.links_size) < 0)) {
		registry_free_set(set);
		return -ENOMEM;
	}
	*ret = set;
	return 0;
}

/* --- sessions --- */

void record_from_session(const struct session *session, struct record_session *ret)
{
	wire_clear(&record_session_layout, ret);
	ret->owner = session->owner;
	ret->id = session->id;
	ret->set_id = session->set ? session->set->id : NULL;
	ret->started = session->started;
	ret->ended = session->ended;
	ret->exited = session->exited;
	ret->attached = session->attached;
	ret->removes_set = session->removes_set;
	ret->status = session->status;
	ret->signal = session->signal;
	if (session->words)
		wire_unpack(&wire_session_layout, session->words, session->words_size, &ret->words);
}

int record_to_session(const struct record_session *record, const char *name, struct session **ret)
{
	struct session *session;

	if (!record->id || strcmp(record->id, name) != 0 || !record->set_id)
		return -EBADMSG;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->owner = record->owner;
	snprintf(session->id, sizeof(session->id), "%s", record->id);
	session->started = record->started;
	session->ended = record->ended;
	session->exited = record->exited;
	session->attached = record->attached;
	session->removes_set = record->removes_set;
	session->status = record->status;
	session->signal = record->signal;
	if (wire_pack(&wire_session_layout, &record->words, &session->words, &session->words_size) <
	    0) {
		free(session);
		return -ENOMEM;
	}
	*ret = session;
	return 0;
}

/* --- links --- */

void record_from_link(const struct link *link, struct record_link *ret)
{
	wire_clear(&record_link_layout, ret);
	ret->owner = link->owner;
	ret->id = link->id;
	ret->a_id = link->ends[0] ? link->ends[0]->id : NULL;
	ret->b_id = link->ends[1] ? link->ends[1]->id : NULL;
	ret->state = link->state;
	ret->group = *link->group ? link->group : NULL;
	ret->egress = link->egress;
	wire_unpack(&wire_link_layout, link->wire, link->wire_size, &ret->wire);
}

int record_to_link(const struct record_link *record, const char *name, struct link **ret)
{
	struct link *link;

	if (!record->id || strcmp(record->id, name) != 0 || !record->state || !record->wire.name ||
	    !name_is_valid(record->wire.name) || !record->wire.a.where || !record->wire.b.where)
		return -EBADMSG;
	link = calloc(1, sizeof(*link));
	if (!link)
		return -ENOMEM;
	link->owner = record->owner;
	snprintf(link->name, sizeof(link->name), "%s", record->wire.name);
	snprintf(link->id, sizeof(link->id), "%s", record->id);
	link->state = record->state;
	snprintf(link->group, sizeof(link->group), "%s", record->group ? record->group : "");
	link->egress = record->egress;
	if (wire_pack(&wire_link_layout, &record->wire, &link->wire, &link->wire_size) < 0) {
		free(link);
		return -ENOMEM;
	}
	*ret = link;
	return 0;
}
