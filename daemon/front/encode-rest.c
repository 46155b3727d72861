/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pwd.h>
#include <string.h>
#include "daemon/front/cgroup.h"
#include "daemon/front/encode-rest.h"
#include "daemon/front/encode-value.h"
#include "daemon/front/view.h"

#define NAMES_MAX 4096

/* --- names of owners --- */

struct owner_name {
	uid_t uid;
	char *name;
};

static struct owner_name *names;
static size_t n_names;

void encode_load_names(void)
{
	_cleanup_file_ FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *account;

	names = calloc(NAMES_MAX, sizeof(*names));
	while (file && names && n_names < NAMES_MAX && (account = fgetpwent(file))) {
		names[n_names].uid = account->pw_uid;
		names[n_names].name = strdup(account->pw_name);
		if (names[n_names].name)
			n_names++;
	}
}

static const char *owner_name(uid_t uid)
{
	for (size_t i = 0; i < n_names; i++)
		if (names[i].uid == uid)
			return names[i].name;
	return NULL;
}

void encode_complete(struct wire_summary *summary)
{
	summary->owner_name = owner_name(summary->owner);
	if (summary->processes_in)
		summary->processes = cgroup_count(summary->processes_in);
}

/* --- structs --- */

static void put_set(json_t *object, const void *record)
{
	const struct wire_set *set = record;

	encode_string(object, "ownerName", owner_name(set->owner));
	/* the keeper knows only of the init */
	if (set->processes_in)
		encode_put(json_object_get(object, "usage"), "processes",
			   json_integer(cgroup_count(set->processes_in)));
}

static void put_session(json_t *object, const void *record)
{
	const struct wire_session *session = record;

	if (session->left_in)
		encode_put(object, "left", json_integer(cgroup_count(session->left_in)));
}

/* Adds what the set's cgroup says, as far as the kernel tells. */
static void put_usage(json_t *object, const void *record)
{
	const struct wire_summary *summary = record;
	struct cgroup_usage usage = {};

	cgroup_usage_of(summary->processes_in, &usage);
	if (usage.has_memory)
		encode_put(object, "memory", json_integer((json_int_t)usage.memory));
	if (usage.has_cpu)
		encode_put(object, "cpuSeconds", encode_seconds(usage.cpu));
}

/* Removes the owner if the process is in no set. */
static void put_identity(json_t *object, const void *record)
{
	const struct wire_set *set = record;

	if (!set->name)
		json_object_del(object, "owner");
}

/* Removes uidMap and gidMap if the client did not give them: for other mappings, the daemon has
 * made them. */
static void put_spec(json_t *object, const void *record)
{
	const struct wire_spec *spec = record;

	if (spec->mapping != MAPPING_CUSTOM) {
		json_object_del(object, "uidMap");
		json_object_del(object, "gidMap");
	}
}

/* Adds the place of an end: set, network or host. In a specification, the set's own end has
 * none. */
static void put_place(json_t *object, const void *record)
{
	const struct wire_end *end = record;

	if (end->where == END_SET && end->name && *end->name == NETWORK_SIGN)
		encode_string(object, "network", end->name + 1);
	else if (end->where == END_SET)
		encode_string(object, "set", end->name);
	else if (end->where == END_NETWORK)
		encode_string(object, "network", end->name);
	else if (end->where == END_HOST)
		encode_put(object, "host", json_true());
	if (end->where && end->up == SWITCH_DEFAULT)
		encode_put(object, "up", json_true());
}

void encode_rest(json_t *object, const struct wire_layout *layout, const void *record)
{
	static const struct {
		const struct wire_layout *layout;
		void (*put)(json_t *object, const void *record);
	} rows[] = {
		{&wire_set_layout, put_set},	     {&view_usage, put_usage},
		{&view_identity, put_identity},	     {&wire_spec_layout, put_spec},
		{&wire_session_layout, put_session}, {&wire_end_layout, put_place},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].layout == layout)
			rows[i].put(object, record);
}
