/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The records in the files of a store (store.h), and their conversion from and to sets, sessions
 * and links of the registry. The form of a record is checked when it is read. Only root can have
 * written it, but disks fail and versions differ.
 */
#pragma once

#include "daemon/keeper/state/registry.h"

struct record_namespace {
	uint32_t kind_number;
	uint64_t inode, id;
};

struct record_set {
	uint32_t owner, gid;
	const char *name, *id;
	uint32_t state, kinds;
	uint64_t created, lease, lease_expires, idle_expires;
	bool by_connection;
	struct record_namespace namespaces[KIND_COUNT];
	size_t n_namespaces;
	uint32_t init_pid;
	uint64_t init_start;
	struct wire_spec spec;
	const char *group;
	bool run, adopted;
	const char *wall, *above;   /* NULL: none */
	const char *callers_cgroup; /* NULL: none */
	uint64_t callers_inode;
	uint64_t named;
	struct wire_network network; /* its name is NULL if the record is a set's */
	struct wire_spec boot_links; /* links in struct set_boot; if it is NULL, given is false */
};

struct record_session {
	uint32_t owner;
	const char *id, *set_id;
	uint64_t started, ended;
	bool exited, attached, removes_set;
	uint32_t status, signal;
	struct wire_session words;
};

struct record_link {
	uint32_t owner;
	/* a_id, b_id: ids of the sets or networks at ends a and b; NULL: the host */
	const char *id, *a_id, *b_id;
	uint32_t state;
	bool egress;
	const char *group;
	struct wire_link wire;
};

extern const struct wire_layout record_set_layout, record_session_layout, record_link_layout;

/* Fill in a record for the disk. *ret points into the set, session or link, which must not change
 * before *ret is written. */
void record_from_set(const struct set *set, struct record_set *ret);
void record_from_session(const struct session *session, struct record_session *ret);
void record_from_link(const struct link *link, struct record_link *ret);

/* Makes a set from its record. name: the name of the record's file, which must be the set's id. The
 * caller takes *ret. Returns 0, -EBADMSG if the record is invalid, or -ENOMEM. */
int record_to_set(const struct record_set *record, const char *name, struct set **ret);
int record_to_session(const struct record_session *record, const char *name, struct session **ret);
/* Makes a link in the same way. Its ends are NULL: the caller must find the sets at its ends by the
 * ids in the record. */
int record_to_link(const struct record_link *record, const char *name, struct link **ret);
