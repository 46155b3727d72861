/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pwd.h>
#include <string.h>
#include <sys/utsname.h>
#include "daemon/front/encode.h"
#include "daemon/front/process.h"
#include "protocol/message.h"

#define NAMES_MAX 4096
/* Bytes of JSON: a reply of processes, one of them without its command, and the least of that. */
#define PROCESSES_SIZE (960 * 1024)
#define PROCESS_SIZE 150
#define COMMAND_SIZE_MIN 16

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

static void put(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set_new_nocheck(object, key, value);
}

static void put_string(json_t *object, const char *key, const char *text)
{
	if (text)
		put(object, key, json_string(text));
}

static json_t *seconds(uint64_t microseconds)
{
	return json_real((double)microseconds / 1e6);
}

static void put_fd(json_t *object, const char *key, struct wire_message *message, int fd,
		   struct reply_fds *fds)
{
	int taken = wire_take_fd(message, fd);

	if (taken < 0)
		return;
	put(object, key, json_integer(fds->n));
	fds->fds[fds->n++] = taken;
}

static json_t *kind_list(uint32_t kinds)
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

	put_string(object, "type", mount->type < ARRAY_SIZE(types) ? types[mount->type] : NULL);
	put_string(object, "target", mount->target);
	put_string(object, "source", mount->source);
	if (mount->read_only)
		put(object, "readOnly", json_true());
	if (mount->size)
		put(object, "size", json_integer(mount->size));
	return object;
}

static json_t *clocks_json(const struct wire_spec *spec)
{
	json_t *object = json_object();

	if (spec->has_monotonic)
		put(object, "monotonic", json_real((double)spec->monotonic / 1e6));
	if (spec->has_boottime)
		put(object, "boottime", json_real((double)spec->boottime / 1e6));
	return object;
}

static json_t *lease_json(const struct wire_spec *spec)
{
	json_t *object = json_object();

	if (spec->lease)
		put(object, "seconds", seconds(spec->lease));
	if (spec->lease_connection)
		put(object, "connection", json_true());
	return object;
}

static json_t *labels_json(const struct wire_spec *spec)
{
	json_t *object = json_object();

	for (size_t i = 0; i < spec->n_labels; i++)
		if (spec->labels[i].key)
			put(object, spec->labels[i].key,
			    json_string(spec->labels[i].value ? spec->labels[i].value : ""));
	return object;
}

static json_t *spec_json(const struct wire_spec *spec)
{
	static const char *const mappings[] = {NULL, "root", "current"};
	static const char *const propagations[] = {NULL, "private", "slave", "shared"};
	json_t *object = json_object();

	put(object, "namespaces", kind_list(spec->kinds));
	put_string(object, "userMapping", mappings[MIN(spec->mapping, MAPPING_CURRENT)]);
	put_string(object, "hostname", spec->hostname);
	put_string(object, "propagation", propagations[MIN(spec->propagation, PROPAGATION_SHARED)]);
	if (spec->mount_proc != SWITCH_DEFAULT)
		put(object, "mountProc", json_boolean(spec->mount_proc == SWITCH_ON));
	if (spec->n_mounts) {
		json_t *mounts = json_array();

		for (size_t i = 0; i < spec->n_mounts; i++)
			json_array_append_new(mounts, mount_json(&spec->mounts[i]));
		put(object, "mounts", mounts);
	}
	put_string(object, "rootPath", spec->root_path);
	if (spec->has_monotonic || spec->has_boottime)
		put(object, "clocks", clocks_json(spec));
	if (spec->lease || spec->lease_connection)
		put(object, "lease", lease_json(spec));
	if (spec->visible)
		put(object, "visible", json_true());
	if (spec->ip_netns)
		put(object, "ipNetns", json_true());
	if (spec->n_labels)
		put(object, "labels", labels_json(spec));
	return object;
}

/* --- a set --- */

static json_t *namespace_json(const struct wire_namespace *namespace)
{
	json_t *object = json_object();

	put_string(object, "type",
		   namespace->kind_number ? kind_name(namespace->kind_number - 1) : NULL);
	put(object, "inode", json_integer(namespace->inode));
	if (namespace->id)
		put(object, "id", json_integer(namespace->id));
	put_string(object, "path", namespace->path);
	put(object, "held", json_boolean(namespace->held));
	return object;
}

static json_t *namespaces_json(const struct wire_set *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < set->n_namespaces; i++)
		json_array_append_new(list, namespace_json(&set->namespaces[i]));
	return list;
}

static json_t *interface_json(const struct wire_interface *interface)
{
	json_t *object = json_object(), *addresses = json_array();

	for (size_t i = 0; i < interface->n_addresses; i++)
		json_array_append_new(addresses, json_string(interface->addresses[i].text));
	put_string(object, "name", interface->name);
	put(object, "index", json_integer(interface->index));
	put_string(object, "mac", interface->mac);
	put(object, "addresses", addresses);
	put(object, "up", json_boolean(interface->up));
	return object;
}

static json_t *interfaces_json(const struct wire_set *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < set->n_interfaces; i++)
		json_array_append_new(list, interface_json(&set->interfaces[i]));
	return list;
}

static json_t *set_json(const struct wire_set *set)
{
	json_t *object = json_object(), *usage = json_object();

	put(usage, "processes", json_integer(set->processes));
	put(usage, "sessions", json_integer(set->sessions));
	put_string(object, "name", set->name);
	put(object, "owner", json_integer(set->owner));
	put_string(object, "ownerName", owner_name(set->owner));
	put_string(object, "id", set->id);
	put_string(object, "state", state_word(set->state));
	put(object, "created", seconds(set->created));
	put(object, "namespaces", namespaces_json(set));
	put(object, "spec", spec_json(&set->spec));
	put(object, "interfaces", interfaces_json(set));
	put(object, "usage", usage);
	if (set->init)
		put(object, "init", json_integer(set->init));
	put_string(object, "cgroup", set->cgroup);
	if (set->expires)
		put(object, "expires", seconds(set->expires));
	return object;
}

static json_t *summary_json(const struct wire_set *set)
{
	json_t *object = json_object();

	put_string(object, "name", set->name);
	put(object, "owner", json_integer(set->owner));
	put_string(object, "ownerName", owner_name(set->owner));
	put_string(object, "state", state_word(set->state));
	put(object, "namespaces", kind_list(set->kinds));
	put(object, "addresses", json_array());
	put(object, "processes", json_integer(set->processes));
	put(object, "created", seconds(set->created));
	if (set->expires)
		put(object, "expires", seconds(set->expires));
	return object;
}

/* --- replies --- */

static struct wire_set set;
static struct wire_session session;

json_t *encode_nothing(struct wire_message *message _unused_, struct reply_fds *fds _unused_)
{
	return json_object();
}

json_t *encode_set_reply(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_set_layout, &set) == 0)
		put(object, "set", set_json(&set));
	return object;
}

json_t *encode_expires(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_set_layout, &set) == 0)
		put(object, "expires", seconds(set.expires));
	return object;
}

static void put_end(json_t *object)
{
	if (!session.ended)
		return;
	if (session.exited)
		put(object, "exitStatus", json_integer(session.exit_status));
	else
		put(object, "signal", json_integer(session.signal));
}

json_t *encode_started_or_ended(struct wire_message *message, struct reply_fds *fds)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_session_layout, &session) < 0)
		return object;
	put_string(object, "session", session.session);
	if (session.pid)
		put(object, "pid", json_integer(session.pid));
	put_fd(object, "processFileDescriptor", message, session.process_fd, fds);
	put_end(object);
	return object;
}

json_t *encode_run(struct wire_message *message, struct reply_fds *fds)
{
	json_t *object = encode_started_or_ended(message, fds);

	put_string(object, "name", session.set);
	return object;
}

json_t *encode_waited(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_session_layout, &session) == 0)
		put_end(object);
	return object;
}

static json_t *session_json(void)
{
	json_t *object = json_object(), *words = json_array();

	for (size_t i = 0; i < session.n_words; i++)
		json_array_append_new(
			words, json_string(session.words[i].text ? session.words[i].text : ""));
	put_string(object, "session", session.session);
	put(object, "command", words);
	if (session.pid)
		put(object, "pid", json_integer(session.pid));
	put(object, "started", seconds(session.started));
	if (session.ended)
		put(object, "ended", seconds(session.ended));
	put_end(object);
	return object;
}

json_t *encode_sessions(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;

	while (wire_next_item(message, WIRE_ITEM_SESSION, &at, &wire_session_layout, &session) == 1)
		json_array_append_new(list, session_json());
	put(object, "sessions", list);
	return object;
}

json_t *encode_namespaces(struct wire_message *message, struct reply_fds *fds)
{
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;
	struct wire_namespace namespace;

	while (wire_next_item(message, WIRE_ITEM_NAMESPACE, &at, &wire_namespace_layout,
			      &namespace) == 1) {
		json_t *entry = json_object();

		put_string(entry, "type",
			   namespace.kind_number ? kind_name(namespace.kind_number - 1) : NULL);
		put_fd(entry, "namespaceFileDescriptor", message, namespace.descriptor_fd, fds);
		json_array_append_new(list, entry);
	}
	put(object, "namespaces", list);
	return object;
}

json_t *encode_processes(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;
	struct wire_process process;
	size_t n = 0, longest;

	while (wire_next_item(message, WIRE_ITEM_PROCESS, &at, &wire_process_layout, &process) == 1)
		n++;
	/* the commands share what a client takes in one message, less the rest of each entry */
	longest = PROCESSES_SIZE / MAX(n, (size_t)1);
	longest = longest > PROCESS_SIZE + COMMAND_SIZE_MIN ? longest - PROCESS_SIZE
							    : COMMAND_SIZE_MIN;
	at = NULL;
	while (wire_next_item(message, WIRE_ITEM_PROCESS, &at, &wire_process_layout, &process) ==
	       1) {
		json_t *entry = process_json(process.pid, longest);

		if (!entry)
			continue; /* it has ended meanwhile */
		put_string(entry, "session", process.session);
		json_array_append_new(list, entry);
	}
	put(object, "processes", list);
	return object;
}

json_t *encode_identity(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object();

	if (wire_decode(message, &wire_set_layout, &set) < 0)
		return object;
	if (set.name) {
		put_string(object, "set", set.name);
		put(object, "owner", json_integer(set.owner));
	}
	put(object, "namespaces", namespaces_json(&set));
	return object;
}

static json_t *features_json(const struct wire_status *status)
{
	static const char *const missing[] = {
		"adopt",    "apply",	    "autoMapping", "boot",	  "dns",
		"egress",   "limits",	    "links",	   "impairments", "monitor",
		"networks", "processLease", "publish",
	};
	json_t *object = json_object();

	put(object, "userNamespaces", json_boolean(status->allowed & ALLOW_USER_NAMESPACES));
	put(object, "ipNetns", json_boolean(status->allowed & ALLOW_IP_NETNS));
	put(object, "newPrivileges", json_boolean(status->allowed & ALLOW_NEW_PRIVILEGES));
	put(object, "administer", json_boolean(status->allowed & ALLOW_ADMINISTER));
	put(object, "cgroup", json_boolean(status->cgroup));
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++)
		put(object, missing[i], json_false());
	return object;
}

json_t *encode_status(struct wire_message *message, struct reply_fds *fds _unused_)
{
	json_t *object = json_object(), *limits = json_object(), *used = json_object(),
	       *counters = json_object();
	const struct nlattr *at = NULL;
	struct wire_status status;
	struct wire_count count;
	struct utsname kernel;

	if (wire_decode(message, &wire_status_layout, &status) < 0 || uname(&kernel) < 0)
		return object;
	while (wire_next_item(message, WIRE_ITEM_COUNT, &at, &wire_count_layout, &count) == 1)
		if (count.name)
			put(count.class == COUNT_LIMIT	? limits
			    : count.class == COUNT_USED ? used
							: counters,
			    count.name, json_integer(count.value));
	put(object, "version", json_string(PACKAGE_VERSION));
	put(object, "started", seconds(status.started));
	put(object, "kernel", json_string(kernel.release));
	put(object, "features", features_json(&status));
	put(object, "limits", limits);
	put(object, "used", used);
	put(object, "counters", counters);
	return object;
}

json_t *encode_page(struct wire_message *message, bool summary, struct wire_list *cursor,
		    bool *ret_more)
{
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;

	while (wire_next_item(message, WIRE_ITEM_SET, &at, &wire_set_layout, &set) == 1)
		json_array_append_new(list, summary ? summary_json(&set) : set_json(&set));
	put(object, "sets", summary ? json_array() : list);
	if (summary)
		put(object, "summaries", list);
	*ret_more = wire_decode(message, &wire_list_layout, cursor) == 0 && cursor->after_name;
	return object;
}

json_t *encode_failure(const struct failure *failure)
{
	const struct error_fields *fields = error_fields(failure->error);
	json_t *object = json_object();

	if (fields->subject)
		put_string(object, fields->subject, failure->subject);
	if (fields->text)
		put_string(object, fields->text, failure->text);
	if (fields->number)
		put(object, fields->number, json_integer(failure->number));
	if (failure->error == ERROR_SYSTEM)
		put_string(object, "errnoName", strerrorname_np(failure->number));
	return object;
}
