/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/with.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "client/memory.h"
#include "client/print.h"
#include "client/project.h"
#include "client/service.h"
#include "client/text.h"
#include "client/topology.h"

/* The name of the command's set in its project. */
#define DEFAULT_NAME "run"

int with_take(struct options *options)
{
	options->with = options->argument;
	return 0;
}

/* Makes up the name of a project. With it, two commands with the same file do not meet. */
static int choose_project(const struct client *client, struct with *with)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return client_problem(client, NULL, "getrandom: %s", strerror(errno));
	snprintf(with->project, sizeof(with->project), "run-%016llx", (unsigned long long)number);
	return 0;
}

/* Puts the command's set into the topology, linked to all of its networks, so that it gets its
 * names there. */
static int add_set(const struct client *client, const char *subject, json_t *topology, json_t *set)
{
	json_t *sets = json_member(topology, "sets", json_array), *object, *links;
	const char *name = json_text(set, "name", DEFAULT_NAME);
	size_t i;

	json_array_foreach(sets, i, object) {
		if (strcmp(json_text(object, "name", ""), name) == 0)
			return client_problem(client, subject,
					      "sets[%zu]: the command's set is called %s, too: "
					      "give it another name by --name=NAME",
					      i, name);
	}
	if (json_array_size(json_object_get(topology, "networks")) == 0)
		return client_problem(client, subject,
				      "it has no network, by which the command could reach its "
				      "sets");
	links = json_member(json_member(set, "spec", json_object), "links", json_array);
	json_array_foreach(json_object_get(topology, "networks"), i, object) {
		json_push(links,
			  json_pack("{s:{s:s}}", "peer", "network", json_text(object, "name", "")));
	}
	json_put(set, "name", json_string(name));
	json_push(sets, json_incref(set));
	return 0;
}

/* Takes the command's set out of the topology again: Run makes it. */
static void remove_set(json_t *topology)
{
	json_t *sets = json_object_get(topology, "sets");

	(void)json_array_remove(sets, json_array_size(sets) - 1);
}

/* Gives the topology a lease by a pipe, in addition to the one in the file. */
static int add_lease(const struct client *client, struct with *with, json_t *topology,
		     struct call_fds *fds)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return client_problem(client, NULL, "pipe: %s", strerror(errno));
	with->pipe_fd = ends[1];
	json_put(json_member(topology, "lease", json_object), "pipeFileDescriptor",
		 call_fds_add(fds, ends[0]));
	return 0;
}

/* Makes the topology and starts its services. */
static int make(struct client *client, const char *path, struct with *with, json_t *topology,
		const json_t *services)
{
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_json_ json_t *reply = NULL;
	int r = add_lease(client, with, topology, &fds);

	if (r == 0)
		r = topology_make(client, path, topology, &fds, &reply);
	if (r != 0)
		return r;
	with->topology = json_incref(topology);
	r = service_start_all(client, path, services, true);
	if (r != 0)
		(void)with_end(client, with);
	return r;
}

int with_begin(struct client *client, struct options *options, struct with *with)
{
	_cleanup_json_ json_t *topology = NULL, *services = NULL;
	const char *path = options->with, *project = options->project;
	_cleanup_text_ struct text subject = {0};
	int r;

	text_format(&subject, "--with=%s", path);
	r = topology_read(client, path, subject.data, &topology, &services);
	if (r == 0)
		r = add_set(client, subject.data, topology, options->parameters);
	if (r == 0 && !project)
		r = choose_project(client, with);
	if (r == 0)
		r = project_rename(client, project ? project : with->project, topology);
	if (r != 0)
		return r;
	remove_set(topology);
	return make(client, path, with, topology, services);
}

int with_end(struct client *client, struct with *with)
{
	_cleanup_json_ json_t *topology = take_ptr(with->topology);

	return topology ? topology_remove(client, topology) : 0;
}

void with_done(struct with *with)
{
	json_decref(with->topology);
	with->pipe_fd = close_fd(with->pipe_fd);
}
