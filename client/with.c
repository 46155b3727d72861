/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/with.h"

#include <string.h>
#include <sys/random.h>

#include "client/memory.h"
#include "client/print.h"
#include "client/project.h"
#include "client/service.h"
#include "client/show.h"
#include "client/text.h"
#include "client/topology.h"

/* The name of the command's set in its project. */
#define DEFAULT_NAME "run"

int with_take(struct options *options)
{
	options->with = options->argument;
	return 0;
}

/* Makes up the name of a project, so that two commands can use the same file at the same time. */
static int choose_project(const struct client *client, struct with *with)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return client_problem(client, NULL, "getrandom: %s", strerror(errno));
	snprintf(with->project, sizeof(with->project), "run-%016llx", (unsigned long long)number);
	return 0;
}

/* Adds the command's set to the topology, and links it to all networks there, so that it gets a
 * name in each of them. */
static int add_set(const struct client *client, const char *subject, json_t *topology, json_t *run)
{
	json_t *sets = json_member(topology, "sets", json_array), *object, *links;
	json_t *spec = json_member(run, "spec", json_object);
	const char *name = json_text(run, "name", DEFAULT_NAME);
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
	links = json_member(spec, "links", json_array);
	json_array_foreach(json_object_get(topology, "networks"), i, object) {
		json_push(links,
			  json_pack("{s:{s:s}}", "peer", "network", json_text(object, "name", "")));
	}
	json_push(sets, json_pack("{s:s, s:O}", "name", name, "spec", spec));
	return 0;
}

/* Takes the command's set out of the topology again, and returns it. */
static json_t *take_set(json_t *topology)
{
	json_t *sets = json_object_get(topology, "sets");
	size_t last = json_array_size(sets) - 1;
	json_t *set = json_incref(json_array_get(sets, last));

	(void)json_array_remove(sets, last);
	return set;
}

/* Returns true if only Run can make such a set. */
static bool needs_run(const json_t *run)
{
	return json_object_get(run, "init") ||
	       json_object_get(json_object_get(run, "spec"), "lease");
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

/* Tells which published ports of the set were chosen. */
static void tell_ports(const struct client *client, const json_t *set, const json_t *reply)
{
	const char *name = json_text(set, "name", "");
	json_t *made;
	size_t i;

	json_array_foreach(json_object_get(reply, "sets"), i, made) {
		const json_t *spec = json_object_get(made, "spec");

		if (strcmp(json_text(made, "name", ""), name) == 0)
			show_chosen_ports(client, name, json_object_get(spec, "publish"));
	}
}

/* Makes the topology. set: made with it, or NULL. */
static int make(struct client *client, const char *path, struct with *with, json_t *topology,
		json_t *set, struct call_fds *fds)
{
	json_t *sets = json_object_get(topology, "sets");
	_cleanup_json_ json_t *reply = NULL;
	_cleanup_text_ struct text own = {0};
	int r = topology_open(client, path, with->subject, topology, fds);

	if (r == 0)
		r = add_lease(client, with, topology, fds);
	if (r != 0)
		return r;
	text_format(&own, "sets[%zu].", json_array_size(sets));
	client->own_part = own.data;
	if (set)
		json_push(sets, json_incref(set));
	r = topology_make(client, with->subject, topology, fds, &reply);
	client->own_part = NULL;
	if (r != 0)
		return r;
	with->topology = json_incref(topology);
	if (set)
		tell_ports(client, set, reply);
	return 0;
}

/* Makes the topology and, if possible, the command's set, and fills in the call that starts the
 * command. */
static int make_for(struct client *client, struct options *options, struct with *with,
		    json_t *topology, json_t *set)
{
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	json_t *parameters = options->parameters;
	int r;

	json_put(parameters, "name", json_incref(json_object_get(set, "name")));
	if (needs_run(parameters)) {
		with->method = "org.nsctl.Run";
		return make(client, options->with, with, topology, NULL, &fds);
	}
	with->method = "org.nsctl.Exec";
	r = make(client, options->with, with, topology, set, options->fds);
	json_object_del(parameters, "spec");
	json_put(parameters, "remove", json_true());
	call_fds_done(options->fds);
	return r;
}

int with_begin(struct client *client, struct options *options, struct with *with)
{
	_cleanup_json_ json_t *topology = NULL, *services = NULL, *set = NULL;
	const char *path = options->with, *project = options->project;
	_cleanup_text_ struct text subject = {0};
	int r;

	text_format(&subject, "--with=%s", path);
	with->subject = take_ptr(subject.data);
	r = topology_read(client, path, with->subject, &topology, &services);
	if (r == 0)
		r = add_set(client, with->subject, topology, options->parameters);
	if (r == 0 && !project)
		r = choose_project(client, with);
	if (r == 0)
		r = project_rename(client, with->subject, project ? project : with->project,
				   topology);
	if (r != 0)
		return r;
	set = take_set(topology);
	r = make_for(client, options, with, topology, set);
	if (r == 0)
		r = service_start_all(client, with->subject, services, true);
	if (r != 0)
		(void)with_end(client, with);
	return r;
}

int with_end(struct client *client, struct with *with)
{
	_cleanup_json_ json_t *topology = take_ptr(with->topology);
	bool is_removed = strcmp(with->method, "org.nsctl.Exec") == 0 && client->answered;

	return topology && !is_removed ? topology_remove(client, topology) : 0;
}

void with_done(struct with *with)
{
	free(with->subject);
	json_decref(with->topology);
	with->pipe_fd = close_fd(with->pipe_fd);
}
