/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/address.h"
#include "daemon/keeper/policy/check.h"

static int invalid(struct failure *failure, const char *field, const char *reason)
{
	return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s", reason);
}

int check_name(const char *name, const char *field, struct failure *failure)
{
	if (name && name_is_valid(name))
		return 0;
	return invalid(failure, field, name ? NAME_REASON : "is needed");
}

int check_session(const char *session, struct failure *failure)
{
	if (session && id_is_valid(session))
		return 0;
	return invalid(failure, "session", SESSION_REASON);
}

int check_ready(enum set_state state, const char *name, struct failure *failure)
{
	if (state == SET_READY)
		return 0;
	return failure_set(failure, ERROR_BUSY, 0, set_state_words[state - 1], "%s", name);
}

int check_lease_process(pid_t pid, bool callers_first, struct failure *failure)
{
	if (pid != 1 && !callers_first)
		return 0;
	return invalid(
		failure, "lease.processFileDescriptor",
		"process 1 never ends, and neither would the lease; the caller's parent has "
		"probably ended already. Name a process that ends when the set is to end, or "
		"give a lease by time");
}

/* --- kinds of namespaces --- */

/* Makes the mapping custom if the request gives ranges of ids, but no mapping. Rejects ranges with
 * another mapping, and a custom mapping without ranges. */
static int fill_mapping(struct wire_spec *spec, struct failure *failure)
{
	const char *given = spec->uid_map.n_ranges   ? "spec.uidMap"
			    : spec->gid_map.n_ranges ? "spec.gidMap"
						     : NULL;

	if (given && spec->mapping == MAPPING_NONE)
		spec->mapping = MAPPING_CUSTOM;
	if (given && spec->mapping != MAPPING_CUSTOM)
		return invalid(failure, given, "is for userMapping custom");
	if (!given && spec->mapping == MAPPING_CUSTOM)
		return invalid(failure, "spec.userMapping",
			       "custom needs spec.uidMap, spec.gidMap or both");
	return 0;
}

static int fill_kinds(struct wire_spec *spec, struct failure *failure)
{
	int r = fill_mapping(spec, failure);

	if (r)
		return r;
	if (!spec->kinds) {
		spec->kinds = KIND_DEFAULT;
		if (spec->mapping != MAPPING_NONE)
			spec->kinds |= KIND_BIT(KIND_USER);
	}
	if (spec->kinds & KIND_BIT(KIND_USER)) {
		if (spec->mapping == MAPPING_NONE)
			spec->mapping = MAPPING_ROOT;
	} else if (spec->mapping != MAPPING_NONE) {
		return invalid(failure, "spec.userMapping",
			       "needs user among the set's namespaces");
	}
	return 0;
}

/* Returns true if the specification asks for this field. A switch that is off does not count. */
static bool is_wanted(const struct wire_field *row, const struct wire_spec *spec)
{
	const void *at = (const char *)spec + row->offset;

	return wire_is_given(row, spec) &&
	       (row->form != FORM_SWITCH || *(const uint32_t *)at == SWITCH_ON);
}

/* Rejects a field that needs a namespace which the specification does not list. */
static int check_needs(const struct wire_spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < wire_spec_layout.n; i++) {
		const struct wire_field *row = &wire_spec_layout.fields[i];
		uint32_t missing = row->needs & ~spec->kinds;
		char field[64];

		if (!missing || !is_wanted(row, spec))
			continue;
		snprintf(field, sizeof(field), "spec.%s", row->json);
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "needs %s among the set's namespaces",
				   kind_name(__builtin_ctz(missing)));
	}
	return 0;
}

/* --- other fields of a specification --- */

/* Fills in *failure for an entry of a map such as spec.labels. Returns ERROR_INVALID_VALUE. */
static int invalid_entry(struct failure *failure, const char *map, const char *key,
			 const char *reason)
{
	char field[256];

	snprintf(field, sizeof(field), "%s.%s", map, key ? key : "");
	return invalid(failure, field, reason);
}

static int check_labels(const struct wire_spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->n_labels; i++) {
		const struct spec_label *label = &spec->labels[i];

		if (!label->key || !label_key_is_valid(label->key) ||
		    (label->value && !label_value_is_valid(label->value)))
			return invalid_entry(failure, "spec.labels", label->key,
					     "a key is 1 to 63 of A-Z a-z 0-9 . _ / -; a value is "
					     "up to 256 bytes without control characters");
		for (size_t j = 0; j < i; j++)
			if (strcmp(spec->labels[j].key, label->key) == 0)
				return invalid_entry(failure, "spec.labels", label->key,
						     "is repeated");
	}
	return 0;
}

/* Returns true if a socket that listens at `address` also gets what is sent to `other`. NULL: all
 * addresses. */
static bool covers(const char *address, const char *other)
{
	struct address first, second;

	if (!address)
		return true;
	if (!other || address_read_listener(address, &first) ||
	    address_read_listener(other, &second) || first.family != second.family)
		return false;
	return address_is_unspecified(&first) || address_equals(&first, &second);
}

static bool collide(const struct spec_publish *a, const struct spec_publish *b)
{
	return !publish_is_open(a) && !publish_is_open(b) && a->host_port == b->host_port &&
	       a->protocol == b->protocol &&
	       (covers(a->host_address, b->host_address) ||
		covers(b->host_address, a->host_address));
}

/* Rejects published ports that are incomplete, have an invalid address or range, or are published
 * twice. */
static int check_publish(const struct wire_spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->n_publish; i++) {
		const struct spec_publish *publish = &spec->publish[i];
		struct address address;
		const char *wrong = publish->host_address
					    ? address_read_listener(publish->host_address, &address)
					    : NULL;
		char field[48];

		snprintf(field, sizeof(field), "spec.publish[%zu].hostAddress", i);
		if (wrong)
			return invalid(failure, field, wrong);
		snprintf(field, sizeof(field), "spec.publish[%zu].hostPort", i);
		if (!publish->port ||
		    (publish->protocol != PUBLISH_TCP && publish->protocol != PUBLISH_UDP))
			return invalid(failure, field, "protocol and ports are needed");
		if (publish->last_host_port &&
		    (!publish->host_port || publish->last_host_port < publish->host_port))
			return invalid(failure, field, "is not the first port of a range");
		for (size_t j = 0; j < i; j++)
			if (collide(&spec->publish[j], publish))
				return invalid(failure, field, "is published twice");
	}
	return 0;
}

static int check_sysctls(const struct wire_spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->n_sysctls; i++) {
		const char *wrong = settings_check(&spec->sysctls[i], spec->kinds);

		for (size_t j = 0; !wrong && j < i; j++)
			if (strcmp(spec->sysctls[j].key, spec->sysctls[i].key) == 0)
				wrong = "a setting is given twice";
		if (wrong)
			return invalid_entry(failure, "spec.sysctls", spec->sysctls[i].key, wrong);
	}
	return 0;
}

static int check_dns(const struct wire_spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->n_dns; i++) {
		struct address address;
		char field[32];

		snprintf(field, sizeof(field), "spec.dns[%zu]", i);
		if (!spec->dns[i].text || address_read_host(spec->dns[i].text, &address))
			return invalid(failure, field, "is not the IP address of a host");
	}
	return 0;
}

static int check_hosts(const struct wire_spec *spec, struct failure *failure)
{
	for (size_t i = 0; i < spec->n_hosts; i++) {
		struct address address;
		char field[48];

		snprintf(field, sizeof(field), "spec.hosts[%zu].address", i);
		if (!spec->hosts[i].name || !spec->hosts[i].address ||
		    address_read_host(spec->hosts[i].address, &address))
			return invalid(failure, field, "is not the IP address of a host");
	}
	for (size_t i = 0; spec->n_hosts > 0 && i < spec->n_mounts; i++)
		if (check_same_path(spec->mounts[i].target, "/etc/hosts"))
			return invalid(failure, "spec.hosts",
				       "cannot be added to a mount at /etc/hosts");
	return 0;
}

/* Checks a set that each boot makes again (spec->boot). It must have no lease. It must have paths,
 * by which the next boot finds its root and the sources of its mounts. */
static int check_boot(const struct wire_spec *spec, struct failure *failure)
{
	char field[48];

	if (!spec->boot)
		return 0;
	if (wire_lease_is_given(&spec->lease))
		return invalid(failure, "spec.boot",
			       "cannot be combined with a lease: a leased set ends");
	if (spec->root_fd >= 0 && !spec->root_path)
		return invalid(failure, "spec.rootPath", "is needed with boot: it is opened again");
	for (size_t i = 0; i < spec->n_mounts; i++)
		if ((mount_has_source(spec->mounts[i].type) || mount_is_kept(&spec->mounts[i])) &&
		    !spec->mounts[i].source) {
			snprintf(field, sizeof(field), "spec.mounts[%zu].source", i);
			return invalid(failure, field, "is needed with boot: it is opened again");
		}
	return 0;
}

static int check_values(const struct wire_spec *spec, struct failure *failure)
{
	if (spec->root_path && !path_is_valid(spec->root_path))
		return invalid(failure, "spec.rootPath", PATH_REASON);
	if (spec->root_path && spec->root_fd < 0 && !spec->boot)
		return invalid(failure, "spec.rootFileDescriptor", "is needed with rootPath");
	return check_labels(spec, failure);
}

static int check_propagation(const struct wire_spec *spec, struct failure *failure)
{
	if (!check_has_views(spec) || spec->propagation == PROPAGATION_DEFAULT ||
	    spec->propagation == PROPAGATION_PRIVATE)
		return 0;
	return invalid(failure, "spec.propagation",
		       "is private in a set with read-only or hidden places, or overlays: "
		       "otherwise mounts that "
		       "are made outside would be seen there");
}

/* Refuses boot and limits for a set in its caller's cgroup. */
static int check_caller_cgroup(const struct wire_spec *spec, struct failure *failure)
{
	if (!spec->caller_cgroup)
		return 0;
	if (spec->boot)
		return invalid(failure, "spec.boot",
			       "does not go with a set in the cgroup of its caller, which is gone "
			       "when the machine starts");
	if (!spec->memory && !spec->tasks && !spec->cpu_thousandths)
		return 0;
	return failure_set(failure, ERROR_NOT_SUPPORTED, 0, "limits",
			   "a set in its caller's cgroup has no limits of its own, because the "
			   "kernel allows none below a cgroup with processes: limit the caller's "
			   "unit (MemoryMax=, TasksMax=, CPUQuota=)");
}

/* Replaces SWITCH_ON of `up` by SWITCH_DEFAULT, which means the same. */
static void complete_end(struct wire_end *end)
{
	if (end->up == SWITCH_ON)
		end->up = SWITCH_DEFAULT;
}

/* Fills in defaults, and clears values that change nothing, so that equal requests give equal
 * bytes. */
static void complete(struct wire_spec *spec, const char *name)
{
	bool mnt = spec->kinds & KIND_BIT(KIND_MNT), pid = spec->kinds & KIND_BIT(KIND_PID),
	     ipc = spec->kinds & KIND_BIT(KIND_IPC);

	spec->given = true;
	if (spec->kinds & KIND_BIT(KIND_UTS) && !spec->hostname && name && hostname_is_valid(name))
		spec->hostname = name;
	if (mnt && spec->propagation == PROPAGATION_DEFAULT)
		spec->propagation = check_has_views(spec) ? PROPAGATION_PRIVATE : PROPAGATION_SLAVE;
	if (mnt && pid && spec->mount_proc == SWITCH_DEFAULT)
		spec->mount_proc = SWITCH_ON;
	if (!(mnt && pid))
		spec->mount_proc = SWITCH_DEFAULT;
	if (mnt && ipc && spec->own_shm == SWITCH_DEFAULT)
		spec->own_shm = SWITCH_ON;
	if (!mnt || check_has_shm(spec) || (!ipc && spec->own_shm == SWITCH_OFF))
		spec->own_shm = SWITCH_DEFAULT;
	for (size_t i = 0; i < spec->n_links; i++) {
		complete_end(&spec->links[i].end);
		complete_end(&spec->links[i].peer);
	}
}

int check_spec(struct wire_spec *spec, const char *name, struct failure *failure)
{
	int r = fill_kinds(spec, failure);

	if (r == 0)
		r = check_needs(spec, failure);
	for (size_t i = 0; r == 0 && i < spec->n_mounts; i++)
		r = check_mount(spec, i, failure);
	if (r == 0)
		r = check_propagation(spec, failure);
	if (r == 0)
		r = check_values(spec, failure);
	if (r == 0)
		r = check_publish(spec, failure);
	if (r == 0)
		r = check_dns(spec, failure);
	if (r == 0)
		r = check_hosts(spec, failure);
	if (r == 0)
		r = check_sysctls(spec, failure);
	if (r == 0)
		r = check_boot(spec, failure);
	if (r == 0)
		r = check_caller_cgroup(spec, failure);
	if (r == 0)
		complete(spec, name);
	return r;
}

/* --- commands --- */

#define KINDS_TEXT_SIZE 64

/* Writes the names of the kinds, with commas between them. */
static void kinds_text(uint32_t kinds, char ret[static KINDS_TEXT_SIZE])
{
	size_t used = 0;

	*ret = '\0';
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (kinds & KIND_BIT(kind))
			used += snprintf(ret + used, KINDS_TEXT_SIZE - used, "%s%s",
					 used ? "," : "", kind_name(kind));
}

int check_kinds(uint32_t wanted, uint32_t held, struct failure *failure)
{
	char missing[KINDS_TEXT_SIZE], present[KINDS_TEXT_SIZE];

	if (!(wanted & ~held))
		return 0;
	kinds_text(wanted & ~held, missing);
	kinds_text(held, present);
	return failure_set(failure, ERROR_INVALID_VALUE, 0, "namespaces",
			   "the set has %s of its own, but not %s", present, missing);
}

/* Checks the descriptors that a command gets in addition to 0, 1 and 2. */
static int check_passed(const struct wire_command *command, struct failure *failure)
{
	for (size_t i = 0; i < command->n_passed; i++) {
		const struct wire_passed *passed = &command->passed[i];

		if (passed->number < 3 || passed->passed_fd < 0)
			return invalid(failure, "descriptors",
				       "needs numbers above 2 and descriptors");
		for (size_t j = 0; j < i; j++)
			if (command->passed[j].number == passed->number)
				return invalid(failure, "descriptors", "has a number twice");
	}
	return 0;
}

/* Checks userName and keepCapabilities. Both need a user namespace of the set that the command
 * enters. The set's own files say which ids a user name has, so these must be ids that the set
 * maps. And a command keeps capabilities only in a user namespace of the set. */
static int check_rights_inside(const struct wire_command *command, uint32_t set_kinds,
			       struct failure *failure)
{
	uint32_t entered = command->kinds ? command->kinds & set_kinds : set_kinds;
	bool has_user_namespace = entered & KIND_BIT(KIND_USER);

	if (command->user_name && command->has_user)
		return invalid(failure, "userName", "cannot be combined with user");
	if (command->user_name && !has_user_namespace)
		return invalid(failure, "userName",
			       "a name needs a user namespace of the set; give a number");
	if (command->keep_capabilities && !has_user_namespace)
		return invalid(failure, "keepCapabilities", "needs a user namespace of the set");
	return 0;
}

int check_command(const struct wire_command *command, uint32_t set_kinds, struct failure *failure)
{
	int r;

	if (command->arguments_fd < 0)
		return invalid(failure, "command", "is needed");
	r = check_kinds(command->kinds, set_kinds, failure);
	if (r == 0)
		r = check_passed(command, failure);
	if (r == 0)
		r = check_rights_inside(command, set_kinds, failure);
	if (r)
		return r;
	if (command->working_directory && command->working_directory[0] != '/')
		return invalid(failure, "workingDirectory", "is not an absolute path");
	return 0;
}
