/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Options to a SetSpec, see spec.h. Owns the JSON until it is finished. Never sends what was not
 * asked for: defaults are the daemon's. Checks no more than what it must take apart, since the
 * daemon checks all of it; only what would be told less clearly there is refused here.
 */
#include "client/spec.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "client/ends.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/process.h"
#include "protocol/kind.h"
#include "protocol/name.h"

/* What is left of the descriptors that a message carries is for the command's. */
#define MOUNTS_MAX 200

const struct option_row spec_options[] = {
	{"mount", 'm', NULL, "a mount namespace", OPTION_MOUNT},
	{"pid", 'p', NULL, "a pid namespace", OPTION_PID},
	{"net", 'n', NULL, "a network namespace", OPTION_NET},
	{"uts", 'u', NULL, "a uts namespace: a host name of its own", OPTION_UTS},
	{"ipc", 'i', NULL, "an ipc namespace", OPTION_IPC},
	{"user", 'U', NULL, "a user namespace", OPTION_USER_NAMESPACE},
	{"cgroup", 'C', NULL, "a cgroup namespace", OPTION_CGROUP},
	{"time", 'T', NULL, "a time namespace", OPTION_TIME},
	{"all", 'a', NULL, "all eight; with none named: all but user and time",
	 OPTION_ALL_NAMESPACES},
	{"map-root-user", 'r', NULL, "you are root inside (adds user)", OPTION_MAP_ROOT},
	{"map-current-user", 'c', NULL, "you keep your ids inside (adds user)", OPTION_MAP_CURRENT},
	{"map-auto", 0, NULL, "as -r, and your subordinate ids from 1 up", OPTION_MAP_AUTO},
	{"map-users", 0, "INSIDE:OUTSIDE:COUNT", "map these users (may be repeated)",
	 OPTION_MAP_USERS},
	{"map-groups", 0, "INSIDE:OUTSIDE:COUNT", "map these groups (may be repeated)",
	 OPTION_MAP_GROUPS},
	{"propagation", 0, "slave|private|shared", "which mounts made outside appear inside",
	 OPTION_PROPAGATION},
	{"mount-proc", 0, "?DIR", "mount /proc for the pid namespace (by default with -m -p)",
	 OPTION_MOUNT_PROC},
	{"no-mount-proc", 0, NULL, "do not", OPTION_NO_MOUNT_PROC},
	{"bind", 0, "SOURCE:TARGET[:ro]", "show SOURCE at TARGET inside", OPTION_BIND},
	{"tmpfs", 0, "TARGET[:SIZE]", "an empty file system in memory", OPTION_TMPFS},
	{"root", 0, "DIR", "the directory that is / inside", OPTION_ROOT},
	{"hostname", 0, "NAME", "the host name inside (the set's name by default)",
	 OPTION_HOSTNAME},
	{"monotonic", 0, "SECONDS", "what CLOCK_MONOTONIC is ahead inside", OPTION_MONOTONIC},
	{"boottime", 0, "SECONDS", "what CLOCK_BOOTTIME is ahead inside", OPTION_BOOTTIME},
	{"memory", 0, "SIZE", "at most this much memory (512M, 2G)", OPTION_MEMORY},
	{"tasks", 0, "N", "at most N processes and threads", OPTION_TASKS},
	{"cpus", 0, "N", "at most N processors' time (0.5 is half of one)", OPTION_CPUS},
	{"link", 0, "SPEC",
	 "PEER[:IFACE][,address=CIDR][,peer-address=CIDR][,interface=NAME]\n"
	 "                              [,gateway=ADDR]...: a link to host, SET or net/NETWORK",
	 OPTION_LINK},
	{"egress", 0, NULL, "reach the outside by NAT (a set that forwards must translate)",
	 OPTION_EGRESS},
	{"dns", 0, "ADDRESS", "a name server (may be repeated); adds mount, net", OPTION_DNS},
	{"publish", 0, "[ADDRESS:]PORT:PORT[/udp]", "a port of the host's that leads to one inside",
	 OPTION_PUBLISH},
	{"lease", 0, "DURATION|pid:PID",
	 "ends unless renewed for so long (90s, 15m, 2h, 1d), or\n"
	 "                              with process PID; both, whichever comes first",
	 OPTION_LEASE},
	{"boot", 0, NULL, "make it again when the machine starts", OPTION_BOOT},
	{"visible", 0, NULL, "pin it under /run/nsctl/ns as well, for nsenter(1)", OPTION_VISIBLE},
	{"ip-netns", 0, NULL, "show it to ip-netns(8) as well", OPTION_IP_NETNS},
	{"label", 0, "K=V", "a label (may be repeated)", OPTION_LABEL},
	{"fork", 'f', NULL, "taken, and does nothing: nothing needs it here", OPTION_FORK},
	{0},
};

void spec_init(struct spec *spec, struct call_fds *fds)
{
	*spec = (struct spec){.json = must(json_object()), .fds = fds};
}

void spec_done(struct spec *spec)
{
	json_decref(spec->json);
	spec->json = NULL;
}

/* The member of object called key, made where it is not there yet. */
static json_t *member(json_t *object, const char *key, json_t *(*make)(void))
{
	if (!json_object_get(object, key))
		json_put(object, key, make());
	return json_object_get(object, key);
}

static json_t *piece_json(struct piece piece)
{
	return must(json_stringn(piece.start, piece.size));
}

static int take_mapping(struct spec *spec, const struct options *options)
{
	static const char *const names[] = {
		[OPTION_MAP_ROOT] = "root",	[OPTION_MAP_CURRENT] = "current",
		[OPTION_MAP_AUTO] = "auto",	[OPTION_MAP_USERS] = "custom",
		[OPTION_MAP_GROUPS] = "custom",
	};
	enum option_id id = options->row->id;
	const char *before = json_text(spec->json, "userMapping", names[id]);
	bool users = id == OPTION_MAP_USERS;
	int64_t range[3];
	json_t *entry;

	if (strcmp(before, names[id]) != 0)
		return options_wrong(options->client,
				     "--%s goes with none of the other ways to map users",
				     options->row->name);
	spec->needed |= KIND_BIT(KIND_USER);
	json_put(spec->json, "userMapping", json_string(names[id]));
	if (id != OPTION_MAP_USERS && id != OPTION_MAP_GROUPS)
		return 0;
	if (!parse_range(options->argument, range))
		return options_reject(options, "INSIDE:OUTSIDE:COUNT, three numbers");
	entry = must(json_object());
	json_put(entry, "inside", json_integer(range[0]));
	json_put(entry, "outside", json_integer(range[1]));
	json_put(entry, "count", json_integer(range[2]));
	json_push(member(spec->json, users ? "uidMap" : "gidMap", json_array), entry);
	return 0;
}

int spec_add_path(struct call_fds *fds, int directory_fd, const char *path, int flags,
		  json_t *object, const char *path_key, const char *fd_key)
{
	char link[64], real[PATH_MAX];
	int fd = openat(directory_fd, path, O_PATH | O_CLOEXEC | flags);
	ssize_t n;
	json_t *index;

	if (fd < 0)
		return negative_errno();
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, real, sizeof(real) - 1);
	index = call_fds_add(fds, fd);
	if (fds->n > MOUNTS_MAX)
		return json_decref(index), -E2BIG;
	json_put(object, fd_key, index);
	/* for show only; what is no UTF-8 is not shown */
	real[n > 0 ? n : 0] = '\0';
	if (path_is_valid(real) && utf8_is_valid(real))
		json_put(object, path_key, json_string(real));
	else
		json_object_del(object, path_key);
	return 0;
}

/* The same for an option's, told. */
static int add_path(struct spec *spec, const struct options *options, json_t *object,
		    const char *path, int flags, const char *path_key, const char *fd_key)
{
	int r = spec_add_path(spec->fds, AT_FDCWD, path, flags, object, path_key, fd_key);

	if (r == -E2BIG)
		return options_wrong(options->client, "more than %d mounts", MOUNTS_MAX);
	if (r < 0)
		return client_problem(options->client, NULL, "--%s: %s: %s", options->row->name,
				      path, strerror(-r));
	return 0;
}

static int take_bind(struct spec *spec, const struct options *options)
{
	json_t *mount = must(json_object());
	const char *target, *mode = NULL;
	struct piece source = parse_cut(options->argument, ':', &target), inside;
	_cleanup_free_ char *path = NULL;

	json_push(member(spec->json, "mounts", json_array), mount);
	if (!target || source.size == 0)
		return options_reject(options, "SOURCE:TARGET or SOURCE:TARGET:ro");
	inside = parse_cut(target, ':', &mode);
	if (mode && strcmp(mode, "ro") != 0 && strcmp(mode, "rw") != 0)
		return options_reject(options, "SOURCE:TARGET or SOURCE:TARGET:ro (paths with a "
					       "colon cannot be named)");
	json_put(mount, "type", json_string("bind"));
	json_put(mount, "target", piece_json(inside));
	if (mode && strcmp(mode, "ro") == 0)
		json_put(mount, "readOnly", json_true());
	path = must(strndup(source.start, source.size));
	return add_path(spec, options, mount, path, 0, "source", "sourceFileDescriptor");
}

static int take_mount(struct spec *spec, const struct options *options)
{
	json_t *mount;
	const char *size_word;
	struct piece target;
	int64_t size;

	spec->needed |= KIND_BIT(KIND_MNT);
	switch (options->row->id) {
	case OPTION_PROPAGATION:
		if (strcmp(options->argument, "slave") != 0 &&
		    strcmp(options->argument, "private") != 0 &&
		    strcmp(options->argument, "shared") != 0)
			return options_reject(options, "slave, private or shared");
		json_put(spec->json, "propagation", json_string(options->argument));
		return 0;
	case OPTION_MOUNT_PROC:
		if (!options->argument || strcmp(options->argument, "/proc") == 0) {
			json_put(spec->json, "mountProc", json_true());
			return 0;
		}
		mount = must(json_object());
		json_put(mount, "type", json_string("proc"));
		json_put(mount, "target", json_string(options->argument));
		json_push(member(spec->json, "mounts", json_array), mount);
		return 0;
	case OPTION_BIND:
		return take_bind(spec, options);
	case OPTION_TMPFS:
		target = parse_cut(options->argument, ':', &size_word);
		if (target.size == 0 || (size_word && !parse_size(size_word, &size)))
			return options_reject(options, "TARGET or TARGET:SIZE (as 512M)");
		mount = must(json_object());
		json_put(mount, "type", json_string("tmpfs"));
		json_put(mount, "target", piece_json(target));
		if (size_word)
			json_put(mount, "size", json_integer(size));
		json_push(member(spec->json, "mounts", json_array), mount);
		return 0;
	default:
		return add_path(spec, options, spec->json, options->argument, O_DIRECTORY,
				"rootPath", "rootFileDescriptor");
	}
}

static int take_limit(struct spec *spec, const struct options *options)
{
	json_t *limits = member(spec->json, "limits", json_object);
	int64_t number;
	double decimal;

	switch (options->row->id) {
	case OPTION_MEMORY:
		if (!parse_size(options->argument, &number))
			return options_reject(options, "a size (as 512M or 2G)");
		json_put(limits, "memory", json_integer(number));
		return 0;
	case OPTION_TASKS:
		if (!parse_number(options->argument, 1, INT32_MAX, &number))
			return options_reject(options, "a number from 1 up");
		json_put(limits, "tasks", json_integer(number));
		return 0;
	default:
		if (!parse_decimal(options->argument, false, &decimal) || decimal <= 0)
			return options_reject(options, "a number of processors (as 2 or 0.5)");
		json_put(limits, "cpus", json_real(decimal));
		return 0;
	}
}

static int take_clock(struct spec *spec, const struct options *options)
{
	double seconds;

	spec->needed |= KIND_BIT(KIND_TIME);
	if (!parse_decimal(options->argument, true, &seconds))
		return options_reject(options, "a number of seconds");
	json_put(member(spec->json, "clocks", json_object), options->row->name, json_real(seconds));
	return 0;
}

static int take_publish(struct spec *spec, const struct options *options)
{
	struct publish publish;
	json_t *entry;

	if (!parse_publish(options->argument, &publish))
		return options_reject(options, "[ADDRESS:]PORT:PORT or [ADDRESS:]PORT:PORT/udp");
	entry = must(json_object());
	json_put(entry, "protocol", json_string(publish.udp ? "udp" : "tcp"));
	if (publish.address.size > 0)
		json_put(entry, "hostAddress", piece_json(publish.address));
	json_put(entry, "hostPort", json_integer(publish.host_port));
	json_put(entry, "port", json_integer(publish.port));
	json_push(member(spec->json, "publish", json_array), entry);
	return 0;
}

static int take_network(struct spec *spec, const struct options *options)
{
	_cleanup_text_ struct text why = {0};
	json_t *link;

	spec->needed |= KIND_BIT(KIND_NET);
	switch (options->row->id) {
	case OPTION_LINK:
		link = ends_parse_link(options->argument, &why);
		if (!link)
			return options_wrong(options->client, "--link=%s: %s", options->argument,
					     why.data);
		json_push(member(spec->json, "links", json_array), link);
		return 0;
	case OPTION_EGRESS:
		json_put(spec->json, "egress", json_true());
		return 0;
	case OPTION_DNS:
		/* its resolv.conf is in a mount namespace of its own */
		spec->needed |= KIND_BIT(KIND_MNT);
		json_push(member(spec->json, "dns", json_array), json_string(options->argument));
		return 0;
	default:
		return take_publish(spec, options);
	}
}

bool spec_label(const char *word, json_t *labels)
{
	const char *value;
	struct piece key = parse_cut(word, '=', &value);
	_cleanup_free_ char *name = must(strndup(key.start, key.size));

	if (!value || !label_key_is_valid(name) || !label_value_is_valid(value))
		return false;
	json_put(labels, name, json_string(value));
	return true;
}

static int take_lease(struct spec *spec, const struct options *options)
{
	static const char process[] = "pid:";
	json_t *lease = member(spec->json, "lease", json_object), *index;
	int64_t number;

	if (strncmp(options->argument, process, strlen(process)) != 0) {
		if (!parse_duration(options->argument, &number))
			return options_reject(options,
					      "a duration (as 90, 90s, 15m, 2h or 1d) or pid:PID");
		json_put(lease, "seconds", json_real((double)number));
		return 0;
	}
	if (!parse_number(options->argument + strlen(process), 1, INT32_MAX, &number))
		return options_reject(options, "pid: and the number of a process");
	if (number == 1)
		return options_reject(options,
				      "a process that ends: process 1 never does (the parent of "
				      "this command has probably ended already), so name another "
				      "one, or a duration");
	index = process_add(options->client, spec->fds, number, options->argument);
	if (!index)
		return STATUS_FAILED;
	json_put(lease, "processFileDescriptor", index);
	return 0;
}

static int take_other(struct spec *spec, const struct options *options)
{
	switch (options->row->id) {
	case OPTION_HOSTNAME:
		if (!hostname_is_valid(options->argument))
			return options_reject(options, "a host name (letters, digits, '-' and '.', "
						       "at most 64)");
		spec->needed |= KIND_BIT(KIND_UTS);
		json_put(spec->json, "hostname", json_string(options->argument));
		return 0;
	case OPTION_LEASE:
		return take_lease(spec, options);
	case OPTION_LABEL:
		if (!spec_label(options->argument, member(spec->json, "labels", json_object)))
			return options_reject(options, "K=V");
		return 0;
	case OPTION_BOOT:
		json_put(spec->json, "boot", json_true());
		return 0;
	case OPTION_VISIBLE:
		json_put(spec->json, "visible", json_true());
		return 0;
	case OPTION_IP_NETNS:
		json_put(spec->json, "ipNetns", json_true());
		spec->needed |= KIND_BIT(KIND_NET);
		return 0;
	case OPTION_NO_MOUNT_PROC:
		spec->no_mount_proc = true;
		return 0;
	case OPTION_FORK:
		return 0;
	default:
		return SPEC_OTHER;
	}
}

int spec_option(struct spec *spec, const struct options *options)
{
	static const uint32_t kinds[] = {
		[OPTION_MOUNT] = KIND_BIT(KIND_MNT),
		[OPTION_PID] = KIND_BIT(KIND_PID),
		[OPTION_NET] = KIND_BIT(KIND_NET),
		[OPTION_UTS] = KIND_BIT(KIND_UTS),
		[OPTION_IPC] = KIND_BIT(KIND_IPC),
		[OPTION_USER_NAMESPACE] = KIND_BIT(KIND_USER),
		[OPTION_CGROUP] = KIND_BIT(KIND_CGROUP),
		[OPTION_TIME] = KIND_BIT(KIND_TIME),
		[OPTION_ALL_NAMESPACES] = KIND_ALL,
	};
	enum option_id id = options->row->id;

	if ((size_t)id < ARRAY_SIZE(kinds) && kinds[id]) {
		spec->chosen |= kinds[id];
		return 0;
	}
	switch (id) {
	case OPTION_MAP_ROOT:
	case OPTION_MAP_CURRENT:
	case OPTION_MAP_AUTO:
	case OPTION_MAP_USERS:
	case OPTION_MAP_GROUPS:
		return take_mapping(spec, options);
	case OPTION_PROPAGATION:
	case OPTION_MOUNT_PROC:
	case OPTION_BIND:
	case OPTION_TMPFS:
	case OPTION_ROOT:
		return take_mount(spec, options);
	case OPTION_MEMORY:
	case OPTION_TASKS:
	case OPTION_CPUS:
		return take_limit(spec, options);
	case OPTION_MONOTONIC:
	case OPTION_BOOTTIME:
		return take_clock(spec, options);
	case OPTION_LINK:
	case OPTION_EGRESS:
	case OPTION_DNS:
	case OPTION_PUBLISH:
		return take_network(spec, options);
	default:
		return take_other(spec, options);
	}
}

json_t *spec_finish(struct spec *spec)
{
	uint32_t kinds = (spec->chosen ? spec->chosen : KIND_DEFAULT) | spec->needed;

	/* what the daemon does by itself is left to it */
	if (spec->chosen || kinds & ~KIND_DEFAULT) {
		json_t *names = member(spec->json, "namespaces", json_array);

		for (enum kind kind = 0; kind < KIND_COUNT; kind++)
			if (kinds & KIND_BIT(kind))
				json_push(names, json_string(kind_name(kind)));
	}
	/* without a mount namespace there is nothing to leave out, and the field is an error */
	if (spec->no_mount_proc && kinds & KIND_BIT(KIND_MNT))
		json_put(spec->json, "mountProc", json_false());
	return take_ptr(spec->json);
}
