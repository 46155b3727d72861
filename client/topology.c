/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * up and down: see topology.h. Keeps nothing after a call. A file contains the parameters of Apply
 * and services (service.h); topology-check.h refuses other members.
 * Paths are opened here with the user's rights, never by the daemon.
 */
#include "client/verbs.h"
#include "client/topology.h"
#include "client/topology-check.h"

#include "client/lease.h"
#include "client/memory.h"
#include "client/mounts.h"
#include "client/print.h"
#include "client/project.h"
#include "client/prune.h"
#include "client/removed.h"
#include "client/service.h"
#include "client/show.h"
#include "protocol/frame.h"

const struct option_row topology_up_options[] = {
	LEASE_OPTION("lease"),
	PROJECT_OPTION('p', "put all of it into this project: its names become PROJECT.NAME, and "
			    "the sets know each other by the names in the file"),
	{0},
};

static const struct option_row topology_down_options[] = {
	PROJECT_OPTION('p', "remove what FILE names in this project; without FILE, all of the "
			    "project"),
	{0},
};

/* Reads a file, or stdin for "-". Returns 0, -errno, or -EFBIG if the text is longer than a message
 * may be. */
static int read_all(const char *path, struct text *text)
{
	_cleanup_fd_ int opened_fd = -1;
	int fd = STDIN_FILENO;
	char chunk[4096];
	ssize_t n = 0;

	if (strcmp(path, "-") != 0)
		fd = opened_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return negative_errno();
	text_add(text, "");
	while (text->used <= FRAME_SIZE_MAX &&
	       ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			text_bytes(text, chunk, (size_t)n);
	if (n < 0)
		return negative_errno();
	return text->used > FRAME_SIZE_MAX ? -EFBIG : 0;
}

/* Removes the members that are null, which count as absent. */
static void drop_nulls(json_t *value)
{
	const char *key;
	json_t *below;
	void *next;
	size_t i;

	json_array_foreach(value, i, below) {
		drop_nulls(below);
	}
	json_object_foreach_safe(value, next, key, below) {
		if (json_is_null(below))
			(void)json_object_del(value, key);
		else
			drop_nulls(below);
	}
}

int topology_read(const struct client *client, const char *path, const char *subject, json_t **ret,
		  json_t **ret_services)
{
	_cleanup_text_ struct text text = {0};
	_cleanup_json_ json_t *topology = NULL, *services = NULL;
	json_error_t error;
	int r = read_all(path, &text);

	if (r < 0)
		return client_problem(client, subject, "%s", strerror(-r));
	topology = json_loads(text.data, JSON_REJECT_DUPLICATES, &error);
	if (!topology)
		return client_problem(client, subject, "line %d, column %d: %s", error.line,
				      error.column, error.text);
	services = service_take_all(topology);
	r = topology_check(client, subject, topology);
	if (r == 0)
		r = service_check_all(client, subject, topology, services);
	if (r != 0)
		return r;
	drop_nulls(topology);
	*ret = take_ptr(topology);
	*ret_services = take_ptr(services);
	return 0;
}

/* Opens the path in object's member path_key, if there is one. Returns 0, or an exit status after
 * reporting the failure. */
static int open_one(const struct client *client, const char *subject, int directory_fd,
		    struct call_fds *fds, json_t *object, const char *path_key, const char *fd_key,
		    int flags)
{
	const char *name = json_text(object, path_key, NULL);
	int r;

	if (!name)
		return 0;
	r = mounts_add_path(fds, directory_fd, name, flags, object, path_key, fd_key);
	if (r == -E2BIG)
		return client_problem(client, subject, "too many mounts for one call");
	return r < 0 ? client_problem(client, subject, "%s %s: %s", path_key, name, strerror(-r))
		     : 0;
}

int topology_open(const struct client *client, const char *path, const char *subject,
		  json_t *topology, struct call_fds *fds)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *directory =
		must(slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("."));
	_cleanup_fd_ int directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	json_t *set, *mount;
	size_t i, j;
	int r = 0;

	if (directory_fd < 0)
		return client_problem(client, subject, "%s: %s", directory, strerror(errno));
	json_array_foreach(json_object_get(topology, "sets"), i, set) {
		json_t *spec = json_object_get(set, "spec");
		_cleanup_text_ struct text where = {0};

		text_format(&where, "%s: %s", subject, json_text(set, "name", "?"));
		r = open_one(client, where.data, directory_fd, fds, spec, "rootPath",
			     "rootFileDescriptor", O_DIRECTORY);
		json_array_foreach(json_object_get(spec, "mounts"), j, mount) {
			if (r == 0)
				r = open_one(client, where.data, directory_fd, fds, mount, "source",
					     "sourceFileDescriptor", 0);
		}
		if (r != 0)
			return r;
	}
	return 0;
}

/* Prints a line for each part that was made, and tells which published ports were chosen. */
static void print_made(const struct client *client, const json_t *reply)
{
	static const char *const kinds[][2] = {
		{"networks", "network"}, {"sets", "set"}, {"links", "link"}};
	json_t *object;
	size_t i;

	for (size_t kind = 0; kind < ARRAY_SIZE(kinds); kind++)
		json_array_foreach(json_object_get(reply, kinds[kind][0]), i, object) {
			const json_t *spec = json_object_get(object, "spec");

			print_text("%s ", kinds[kind][1]);
			print_escaped(json_text(object, "name", "?"));
			print_text("\n");
			show_chosen_ports(client, json_text(object, "name", "?"),
					  json_object_get(spec, "publish"));
		}
}

/* Shows on a terminal how much was made; the last reply removes it. */
static void show_progress(const json_t *reply)
{
	static bool shown;
	const json_t *made = json_object_get(reply, "made");

	if (!isatty(STDERR_FILENO) || (!made && !shown))
		return;
	shown = made;
	if (made)
		fprintf(stderr, "\033[K%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " made\r",
			json_integer_value(made),
			json_integer_value(json_object_get(reply, "parts")));
	else
		fputs("\033[K", stderr);
	fflush(stderr);
}

int topology_make(struct client *client, const char *subject, json_t *topology,
		  struct call_fds *fds, json_t **ret)
{
	int r;

	client->topology = topology;
	r = client_call_joined(client, subject, "org.nsctl.Apply", json_incref(topology), fds,
			       client->quiet ? NULL : show_progress, ret);
	client->topology = NULL;
	return r;
}

/* Removes links before sets, and sets before networks. A link without a name ends with its set. */
int topology_remove(struct client *client, const json_t *topology)
{
	static const char *const order[][2] = {
		{"links", "org.nsctl.RemoveLink"},
		{"sets", "org.nsctl.Remove"},
		{"networks", "org.nsctl.RemoveNetwork"},
	};
	json_t *object;
	int failed = 0;
	size_t i;

	for (size_t kind = 0; kind < ARRAY_SIZE(order); kind++)
		json_array_foreach(json_object_get(topology, order[kind][0]), i, object) {
			const char *name = json_text(object, "name", NULL);
			int r;

			if (!name)
				continue;
			r = client_remove(client, name, order[kind][1], client_named(client, name),
					  true);
			if (r == STATUS_UNREACHABLE)
				return r;
			failed = MAX(failed, r);
		}
	return failed;
}

static int topology_up(struct client *client, struct options *options)
{
	_cleanup_json_ json_t *topology = NULL, *services = NULL, *reply = NULL;
	const char *path = options->words[0];
	int r;

	if (client->has_owner)
		return options_wrong(client,
				     "--owner: a topology belongs to the user who makes it");
	r = topology_read(client, path, path, &topology, &services);
	if (r == 0 && options->project)
		r = project_rename(client, path, options->project, topology);
	if (r != 0)
		return r;
	json_object_update(topology, options->parameters);
	r = topology_open(client, path, path, topology, options->fds);
	if (r == 0)
		r = topology_make(client, path, topology, options->fds, &reply);
	if (r != 0)
		return r;
	r = service_start_all(client, path, services, false);
	if (r != 0) {
		(void)topology_remove(client, topology);
		return r;
	}
	json_object_del(reply, "made");
	json_object_del(reply, "parts");
	if (client->json)
		print_json(reply);
	else if (!client->quiet)
		print_made(client, reply);
	return 0;
}

static int topology_down(struct client *client, struct options *options)
{
	_cleanup_json_ json_t *topology = NULL, *services = NULL;
	const char *path = options->words[0];
	int r;

	if (!path && !options->project)
		return options_wrong(client, "no FILE and no --project given");
	if (!path)
		return prune_project(client, options->project, options->parameters);
	r = topology_read(client, path, path, &topology, &services);
	if (r == 0 && options->project)
		r = project_rename(client, path, options->project, topology);
	if (r == 0)
		r = topology_remove(client, topology);
	if (r == 0)
		removed_tell_nothing(client, path, options->project);
	return r;
}

/* clang-format off */
const struct verb topology_verbs[] = {
	{"up", NULL, "[OPTIONS] FILE",
	 "Makes a whole topology (JSON; - is stdin), all of it or nothing\n"
	 "Then it starts the services: sets that have a \"command\". If a service has \"ready\": "
	 "{\"port\": N}, nsctl waits until it listens at this port; if it has {\"command\": "
	 "[...]}, until this command succeeds in the set. If that takes longer than \"seconds\" "
	 "(default: 60), all is removed",
	 0, 1, 1, topology_up, {topology_up_options},
	 .examples =
		"nsctl up two-hosts.json\n"
		"nsctl up -p job-17 --lease=2h two-hosts.json"},
	{"down", NULL, "[--project=PROJECT] [FILE]",
	 "Removes the links, sets and networks that FILE names, or those of a project\n"
	 "What does not exist is no error. If there is nothing at all, a note on stderr says so, "
	 "unless --quiet is given",
	 0, 0, 1, topology_down, {topology_down_options},
	 .page = "nsctl-up",
	 .examples =
		"nsctl down two-hosts.json\n"
		"nsctl down -p job-17"},
	{0},
};
/* clang-format on */
