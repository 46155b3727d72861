/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A specification of a set. */
#include <string.h>
#include "daemon/front/decode-part.h"
#include "daemon/front/value.h"

#define CLOCK_SECONDS_MAX 4e9

static int get_mount(struct decoding *decoding, const json_t *object, size_t index,
		     struct spec_mount *ret)
{
	static const char *const types[] = {"bind", "tmpfs",  "proc",	 "sysfs",
					    "dev",  "mqueue", "cgroup2", NULL};
	char prefix[64];
	int64_t size = 0;
	int r;

	(void)snprintf(prefix, sizeof(prefix), "spec.mounts[%zu].", index);
	ret->source_fd = -1;
	ret->type = value_word(object, "type", types);
	ret->read_only = value_bool(object, "readOnly");
	r = value_string(decoding, object, prefix, "target", PATH_MAX - 1, &ret->target);
	if (r == 0)
		r = value_string(decoding, object, prefix, "source", PATH_MAX - 1, &ret->source);
	if (r == 0)
		r = value_fd(decoding, object, prefix, "sourceFileDescriptor", &ret->source_fd);
	if (r == 0)
		r = value_integer(decoding, object, prefix, "size", 4096, INT64_MAX, NULL, &size);
	ret->size = size;
	return r;
}

static int get_mounts(struct decoding *decoding, const json_t *spec, struct wire_spec *ret)
{
	const json_t *list = value_member(spec, "mounts"), *entry;
	size_t i;
	int r = 0;

	if (json_array_size(list) > SPEC_MOUNTS_MAX)
		return value_invalid(decoding, "spec.mounts", "are more than %d", SPEC_MOUNTS_MAX);
	json_array_foreach(list, i, entry)
	{
		r = get_mount(decoding, entry, i, &ret->mounts[ret->n_mounts]);
		if (r)
			return r;
		ret->n_mounts++;
	}
	return 0;
}

static int get_range(struct decoding *decoding, const json_t *object, const char *prefix,
		     struct wire_range *ret)
{
	int64_t inside = 0, outside = 0, count = 0;
	int r = value_integer(decoding, object, prefix, "inside", 0, (int64_t)UINT32_MAX - 1, NULL,
			      &inside);

	if (r == 0)
		r = value_integer(decoding, object, prefix, "outside", 0, (int64_t)UINT32_MAX - 1,
				  NULL, &outside);
	if (r == 0)
		r = value_integer(decoding, object, prefix, "count", 1, UINT32_MAX, NULL, &count);
	*ret = (struct wire_range){inside, outside, count};
	return r;
}

static int get_map(struct decoding *decoding, const json_t *spec, const char *key,
		   struct wire_map *ret)
{
	const json_t *list = value_member(spec, key), *entry;
	char field[32];
	size_t i;
	int r = 0;

	(void)snprintf(field, sizeof(field), "spec.%s", key);
	if (json_array_size(list) > MAP_RANGES_MAX)
		return value_invalid(decoding, field, "are more than %d", MAP_RANGES_MAX);
	if (list && json_array_size(list) == 0)
		return value_invalid(decoding, field, "must not be empty: leave it out");
	json_array_foreach(list, i, entry)
	{
		char prefix[64];

		(void)snprintf(prefix, sizeof(prefix), "%s[%zu].", field, i);
		r = get_range(decoding, entry, prefix, &ret->ranges[i]);
		if (r)
			return r;
		ret->n_ranges = i + 1;
	}
	return 0;
}

static int get_clocks(struct decoding *decoding, const json_t *spec, struct wire_spec *ret)
{
	const json_t *clocks = value_member(spec, "clocks");
	int r = value_seconds(decoding, clocks, "spec.clocks.", "monotonic", -CLOCK_SECONDS_MAX,
			      CLOCK_SECONDS_MAX, &ret->has_monotonic, &ret->monotonic);

	return r ? r
		 : value_seconds(decoding, clocks, "spec.clocks.", "boottime", -CLOCK_SECONDS_MAX,
				 CLOCK_SECONDS_MAX, &ret->has_boottime, &ret->boottime);
}

static int get_limits(struct decoding *decoding, const json_t *spec, struct wire_spec *ret)
{
	const json_t *limits = value_member(spec, "limits"), *cpus = value_member(limits, "cpus");
	double thousandths = json_number_value(cpus) * 1e3;
	int64_t memory = 0, tasks = 0;
	int r = value_integer(decoding, limits, "spec.limits.", "memory", LIMIT_MEMORY_MIN,
			      INT64_MAX, NULL, &memory);

	if (r == 0)
		r = value_integer(decoding, limits, "spec.limits.", "tasks", LIMIT_TASKS_MIN,
				  LIMIT_TASKS_MAX, NULL, &tasks);
	if (r == 0 && cpus && !(thousandths >= LIMIT_CPU_MIN && thousandths <= LIMIT_CPU_MAX))
		r = value_invalid(decoding, "spec.limits.cpus", "is not within 0.01 and 10000");
	if (r)
		return r;
	ret->memory = memory;
	ret->tasks = tasks;
	/* to the nearest: 0.29 is not to come back as 0.289 */
	ret->cpu_thousandths = cpus ? (uint32_t)(thousandths + 0.5) : 0;
	return 0;
}

int decode_lease(struct decoding *decoding, const json_t *object, const char *prefix,
		 struct wire_lease *ret)
{
	const json_t *lease = value_member(object, "lease");
	char path[64];
	int64_t span = 0;
	bool given;
	int r;

	(void)snprintf(path, sizeof(path), "%slease.", prefix);
	r = value_seconds(decoding, lease, path, "seconds", 0.001, SECONDS_MAX, &given, &span);
	ret->span = span;
	ret->connection = value_bool(lease, "connection");
	if (r == 0)
		r = value_fd(decoding, lease, path, "processFileDescriptor", &ret->process_fd);
	(void)snprintf(path, sizeof(path), "%slease.process", prefix);
	if (r == 0 && value_member(lease, "process"))
		return value_invalid(decoding, path,
				     "is for answers: processFileDescriptor says which");
	return r;
}

int decode_spec(struct decoding *decoding, const json_t *parameters, struct wire_spec *ret)
{
	struct wire_lease lease = {.process_fd = -1};
	static const char *const mappings[] = {"root", "current", "auto", "custom", NULL};
	static const char *const propagations[] = {"private", "slave", "shared", NULL};
	const json_t *spec = value_member(parameters, "spec"),
		     *proc = value_member(spec, "mountProc");
	int r;

	wire_clear(&wire_spec_layout, ret);
	ret->given = true;
	ret->mapping = value_word(spec, "userMapping", mappings);
	ret->propagation = value_word(spec, "propagation", propagations);
	ret->mount_proc = !proc ? SWITCH_DEFAULT : json_is_true(proc) ? SWITCH_ON : SWITCH_OFF;
	ret->visible = value_bool(spec, "visible");
	ret->ip_netns = value_bool(spec, "ipNetns");
	ret->boot = value_bool(spec, "boot");
	r = value_kinds(decoding, spec, "spec.", &ret->kinds);
	if (r == 0)
		r = get_map(decoding, spec, "uidMap", &ret->uid_map);
	if (r == 0)
		r = get_map(decoding, spec, "gidMap", &ret->gid_map);
	if (r == 0)
		r = value_string(decoding, spec, "spec.", "hostname", HOSTNAME_SIZE - 1,
				 &ret->hostname);
	if (r == 0)
		r = get_mounts(decoding, spec, ret);
	if (r == 0)
		r = value_string(decoding, spec, "spec.", "rootPath", PATH_MAX - 1,
				 &ret->root_path);
	if (r == 0)
		r = value_fd(decoding, spec, "spec.", "rootFileDescriptor", &ret->root_fd);
	if (r == 0)
		r = decode_wiring(decoding, spec, ret);
	if (r == 0)
		r = get_clocks(decoding, spec, ret);
	if (r == 0)
		r = decode_lease(decoding, spec, "spec.", &lease);
	ret->lease = lease.span;
	ret->lease_connection = lease.connection;
	ret->lease_fd = lease.process_fd;
	if (r == 0)
		r = get_limits(decoding, spec, ret);
	if (r == 0)
		r = value_labels(decoding, spec, "spec.labels", ret->labels, &ret->n_labels);
	return r;
}
