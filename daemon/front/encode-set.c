/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set, and what it is made of. */
#include <pwd.h>
#include <string.h>
#include "daemon/front/encode-part.h"

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

/* --- small things --- */

void encode_put(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set_new_nocheck(object, key, value);
}

void encode_string(json_t *object, const char *key, const char *text)
{
	if (text)
		encode_put(object, key, json_string(text));
}

json_t *encode_seconds(uint64_t microseconds)
{
	return json_real((double)microseconds / 1e6);
}

json_t *encode_kinds(uint32_t kinds)
{
	json_t *list = json_array();

	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (kinds & KIND_BIT(kind))
			json_array_append_new(list, json_string(kind_name(kind)));
	return list;
}

static const char *state_word(uint32_t state)
{
	static const char *const words[] = {
		[SET_CREATING] = "creating",
		[SET_READY] = "ready",
		[SET_REMOVING] = "removing",
		[SET_BROKEN] = "broken",
	};

	return state < ARRAY_SIZE(words) && words[state] ? words[state] : "broken";
}

/* --- a specification --- */

static json_t *mount_json(const struct spec_mount *mount)
{
	static const char *const types[] = {
		[MOUNT_BIND] = "bind",	     [MOUNT_TMPFS] = "tmpfs", [MOUNT_PROC] = "proc",
		[MOUNT_SYSFS] = "sysfs",     [MOUNT_DEV] = "dev",     [MOUNT_MQUEUE] = "mqueue",
		[MOUNT_CGROUP2] = "cgroup2",
	};
	json_t *object = json_object();

	encode_string(object, "type", mount->type < ARRAY_SIZE(types) ? types[mount->type] : NULL);
	encode_string(object, "target", mount->target);
	encode_string(object, "source", mount->source);
	if (mount->read_only)
		encode_put(object, "readOnly", json_true());
	if (mount->size)
		encode_put(object, "size", json_integer(mount->size));
	return object;
}

static json_t *clocks_json(const struct wire_spec *spec)
{
	json_t *object = json_object();

	if (spec->has_monotonic)
		encode_put(object, "monotonic", json_real((double)spec->monotonic / 1e6));
	if (spec->has_boottime)
		encode_put(object, "boottime", json_real((double)spec->boottime / 1e6));
	return object;
}

static json_t *lease_json(const struct wire_spec *spec)
{
	json_t *object = json_object();

	if (spec->lease)
		encode_put(object, "seconds", encode_seconds(spec->lease));
	if (spec->lease_connection)
		encode_put(object, "connection", json_true());
	if (spec->lease_pid)
		encode_put(object, "process", json_integer(spec->lease_pid));
	return object;
}

static json_t *limits_json(const struct wire_spec *spec)
{
	json_t *object = json_object();

	if (spec->memory)
		encode_put(object, "memory", json_integer(spec->memory));
	if (spec->tasks)
		encode_put(object, "tasks", json_integer(spec->tasks));
	if (spec->cpu_thousandths)
		encode_put(object, "cpus", json_real(spec->cpu_thousandths / 1e3));
	return object;
}

static json_t *labels_json(const struct wire_spec *spec)
{
	json_t *object = json_object();

	for (size_t i = 0; i < spec->n_labels; i++)
		if (spec->labels[i].key)
			encode_put(object, spec->labels[i].key,
				   json_string(spec->labels[i].value ? spec->labels[i].value : ""));
	return object;
}

static json_t *map_json(const struct wire_map *map)
{
	json_t *list = json_array();

	for (size_t i = 0; i < map->n_ranges; i++) {
		const struct wire_range *range = &map->ranges[i];
		json_t *object = json_object();

		encode_put(object, "inside", json_integer(range->inside));
		encode_put(object, "outside", json_integer(range->outside));
		encode_put(object, "count", json_integer(range->count));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *spec_json(const struct wire_spec *spec)
{
	static const char *const mappings[] = {NULL, "root", "current", "auto", "custom"};
	static const char *const propagations[] = {NULL, "private", "slave", "shared"};
	json_t *object = json_object();

	encode_put(object, "namespaces", encode_kinds(spec->kinds));
	encode_string(object, "userMapping", mappings[MIN(spec->mapping, MAPPING_CUSTOM)]);
	if (spec->mapping == MAPPING_CUSTOM) {
		encode_put(object, "uidMap", map_json(&spec->uid_map));
		encode_put(object, "gidMap", map_json(&spec->gid_map));
	}
	encode_string(object, "hostname", spec->hostname);
	encode_string(object, "propagation",
		      propagations[MIN(spec->propagation, PROPAGATION_SHARED)]);
	if (spec->mount_proc != SWITCH_DEFAULT)
		encode_put(object, "mountProc", json_boolean(spec->mount_proc == SWITCH_ON));
	if (spec->n_mounts) {
		json_t *mounts = json_array();

		for (size_t i = 0; i < spec->n_mounts; i++)
			json_array_append_new(mounts, mount_json(&spec->mounts[i]));
		encode_put(object, "mounts", mounts);
	}
	encode_string(object, "rootPath", spec->root_path);
	if (spec->has_monotonic || spec->has_boottime)
		encode_put(object, "clocks", clocks_json(spec));
	if (spec->memory || spec->tasks || spec->cpu_thousandths)
		encode_put(object, "limits", limits_json(spec));
	if (spec->lease || spec->lease_connection || spec->lease_pid)
		encode_put(object, "lease", lease_json(spec));
	if (spec->boot)
		encode_put(object, "boot", json_true());
	if (spec->visible)
		encode_put(object, "visible", json_true());
	if (spec->ip_netns)
		encode_put(object, "ipNetns", json_true());
	encode_wiring(object, spec);
	if (spec->n_labels)
		encode_put(object, "labels", labels_json(spec));
	return object;
}

/* --- a set --- */

static json_t *namespace_json(const struct wire_namespace *namespace)
{
	json_t *object = json_object();

	encode_string(object, "type",
		      namespace->kind_number ? kind_name(namespace->kind_number - 1) : NULL);
	encode_put(object, "inode", json_integer(namespace->inode));
	if (namespace->id)
		encode_put(object, "id", json_integer(namespace->id));
	encode_string(object, "path", namespace->path);
	encode_put(object, "held", json_boolean(namespace->held));
	return object;
}

json_t *encode_namespaces_of(const struct wire_set *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < set->n_namespaces; i++)
		json_array_append_new(list, namespace_json(&set->namespaces[i]));
	return list;
}

static json_t *interface_json(const struct wire_interface *interface)
{
	json_t *object = json_object();

	encode_string(object, "name", interface->name);
	encode_put(object, "index", json_integer(interface->index));
	encode_string(object, "mac", interface->mac);
	encode_put(object, "addresses",
		   encode_addresses(interface->addresses, interface->n_addresses));
	encode_put(object, "up", json_boolean(interface->up));
	encode_string(object, "link", interface->link);
	return object;
}

static json_t *interfaces_json(const struct wire_set *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < set->n_interfaces; i++)
		json_array_append_new(list, interface_json(&set->interfaces[i]));
	return list;
}

json_t *encode_set(const struct wire_set *set)
{
	json_t *object = json_object(), *usage = json_object();

	encode_put(usage, "processes", json_integer(set->processes));
	encode_put(usage, "sessions", json_integer(set->sessions));
	if (set->has_memory)
		encode_put(usage, "memory", json_integer(set->memory));
	if (set->has_cpu)
		encode_put(usage, "cpuSeconds", encode_seconds(set->cpu));
	encode_string(object, "name", set->name);
	encode_put(object, "owner", json_integer(set->owner));
	encode_string(object, "ownerName", owner_name(set->owner));
	encode_string(object, "id", set->id);
	encode_string(object, "state", state_word(set->state));
	encode_string(object, "reason", set->broken);
	encode_put(object, "created", encode_seconds(set->created));
	encode_put(object, "namespaces", encode_namespaces_of(set));
	encode_put(object, "spec", spec_json(&set->spec));
	encode_put(object, "interfaces", interfaces_json(set));
	encode_put(object, "usage", usage);
	if (set->init)
		encode_put(object, "init", json_integer(set->init));
	encode_string(object, "cgroup", set->cgroup);
	if (set->expires)
		encode_put(object, "expires", encode_seconds(set->expires));
	return object;
}

json_t *encode_summary(const struct wire_set *set)
{
	json_t *object = json_object(), *addresses = json_array();

	for (size_t i = 0; i < set->n_interfaces; i++)
		for (size_t j = 0; j < set->interfaces[i].n_addresses; j++)
			json_array_append_new(addresses,
					      json_string(set->interfaces[i].addresses[j].text));
	encode_string(object, "name", set->name);
	encode_put(object, "owner", json_integer(set->owner));
	encode_string(object, "ownerName", owner_name(set->owner));
	encode_string(object, "state", state_word(set->state));
	encode_put(object, "namespaces", encode_kinds(set->kinds));
	encode_put(object, "addresses", addresses);
	encode_put(object, "processes", json_integer(set->processes));
	encode_put(object, "created", encode_seconds(set->created));
	if (set->expires)
		encode_put(object, "expires", encode_seconds(set->expires));
	return object;
}
