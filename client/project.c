/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See project.h. The topology has been checked against the interface before. */
#include "client/project.h"

#include "client/memory.h"
#include "client/print.h"
#include "client/text.h"
#include "protocol/name.h"

/* Between the project and the rest of a name. */
#define SEPARATOR '.'

/* The names that a topology has, as the members of objects. */
struct names {
	const struct client *client;
	const char *subject; /* of messages */
	const char *project;
	json_t *sets, *networks;
};

int project_take(struct options *options)
{
	if (!name_is_valid(options->argument))
		return options_reject(options, "the name of a project: " NAME_REASON);
	if (strchr(options->argument, SEPARATOR))
		return options_reject(options, "a name without dots, such as job-17: a dot parts "
					       "a project's name from a set's");
	options->project = options->argument;
	return 0;
}

bool project_has(const char *project, const char *name)
{
	size_t n = project ? strlen(project) : 0;

	return !project || (strncmp(name, project, n) == 0 && name[n] == SEPARATOR);
}

/* Returns a new object whose members are the names of the list's objects. */
static json_t *collect(const json_t *list)
{
	json_t *names = must(json_object()), *object;
	size_t i;

	json_array_foreach(list, i, object) {
		json_put(names, json_text(object, "name", ""), json_true());
	}
	return names;
}

/* Puts the project before the name in object's member key, if there is one. Returns 0, or a status
 * after reporting that the new name is not valid. */
static int rename_member(const struct names *names, json_t *object, const char *key)
{
	const char *name = json_text(object, key, NULL);
	_cleanup_text_ struct text text = {0};

	if (!name)
		return 0;
	text_format(&text, "%s%c%s", names->project, SEPARATOR, name);
	if (!name_is_valid(text.data)) {
		client_problem(names->client, names->subject, "\"%s\" is not a valid name",
			       text.data);
		print_hint(NAME_REASON "; the project's name is a part of it");
		return STATUS_FAILED;
	}
	json_put(object, key, json_string(text.data));
	return 0;
}

static bool is_known(const json_t *names, const json_t *end, const char *key)
{
	return json_object_get(names, json_text(end, key, ""));
}

static int rename_end(const struct names *names, json_t *end)
{
	int r = is_known(names->sets, end, "set") ? rename_member(names, end, "set") : 0;

	if (r == 0 && is_known(names->networks, end, "network"))
		r = rename_member(names, end, "network");
	return r;
}

/* Gives the end of a set an alias, if its peer is a network of the topology. */
static void add_alias(const struct names *names, json_t *end, const json_t *peer, const char *name)
{
	json_t *aliases, *alias;
	size_t i;

	if (!is_known(names->networks, peer, "network") || !domain_is_valid(name))
		return;
	aliases = json_member(end, "aliases", json_array);
	json_array_foreach(aliases, i, alias) {
		if (strcasecmp(json_string_value(alias), name) == 0)
			return;
	}
	json_push(aliases, json_string(name));
}

static bool has_host_name(const json_t *spec)
{
	json_t *kinds = json_object_get(spec, "namespaces"), *kind;
	size_t i;

	json_array_foreach(kinds, i, kind) {
		if (strcmp(json_string_value(kind), "uts") == 0)
			return true;
	}
	return !json_is_array(kinds);
}

static int rename_set(const struct names *names, json_t *set)
{
	const char *name = json_text(set, "name", "");
	json_t *spec = json_object_get(set, "spec"), *link;
	size_t i;
	int r = 0;

	if (!json_text(spec, "hostname", NULL) && has_host_name(spec) && hostname_is_valid(name))
		json_put(spec, "hostname", json_string(name));
	json_array_foreach(json_object_get(spec, "links"), i, link) {
		json_t *peer = json_object_get(link, "peer");

		if (is_known(names->networks, peer, "network"))
			add_alias(names, json_member(link, "end", json_object), peer, name);
		r = r ? r : rename_end(names, peer);
		r = r ? r : rename_member(names, link, "name");
	}
	return r ? r : rename_member(names, set, "name");
}

static int rename_link(const struct names *names, json_t *link)
{
	json_t *ends[] = {json_object_get(link, "a"), json_object_get(link, "b")};
	int r = rename_member(names, link, "name");

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (is_known(names->sets, ends[i], "set"))
			add_alias(names, ends[i], ends[1 - i], json_text(ends[i], "set", ""));
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(ends); i++)
		r = rename_end(names, ends[i]);
	return r;
}

static int rename_network(const struct names *names, json_t *network)
{
	return rename_member(names, network, "name");
}

int project_rename(const struct client *client, const char *subject, const char *project,
		   json_t *topology)
{
	static const struct {
		const char *list;
		int (*rename)(const struct names *names, json_t *object);
	} rows[] = {{"networks", rename_network}, {"sets", rename_set}, {"links", rename_link}};
	_cleanup_json_ json_t *sets = collect(json_object_get(topology, "sets"));
	_cleanup_json_ json_t *networks = collect(json_object_get(topology, "networks"));
	const struct names names = {client, subject, project, sets, networks};
	json_t *object;
	size_t i;
	int r = 0;

	for (size_t row = 0; row < ARRAY_SIZE(rows); row++)
		json_array_foreach(json_object_get(topology, rows[row].list), i, object) {
			r = r ? r : rows[row].rename(&names, object);
		}
	return r;
}
