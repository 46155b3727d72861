/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create, list, renew, freeze, thaw: see sets.h. Keeps nothing after a call. If several sets
 * are named, a failure with one is reported, and the others are still tried.
 */
#include "client/sets.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "client/lease.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/project.h"
#include "client/show.h"
#include "client/spec.h"
#include "client/table.h"
#include "client/take.h"
#include "client/text.h"
#include "client/verb.h"

const struct option_row sets_create_options[] = {
	OPTION("existing", 0, NULL,
	       "use a set that exists already, if it was made with the same options",
	       FILLS("existing", take_true)),
	{0},
};

const struct option_row sets_list_options[] = {
	OPTION("all-owners", 0, NULL, "list the sets of all users that you may see",
	       FILLS("allOwners", take_true)),
	OPTION("label", 0, "K=V", "list only sets with this label (may be repeated)",
	       FILLS("labels", take_label)),
	OPTION("state", 0, "creating|ready|removing|broken", "list only sets in this state",
	       FILLS("state", take_word)),
	PROJECT_OPTION(0, "list only the sets of this project, whose names begin with PROJECT."),
	{0},
};

int sets_create(struct client *client, struct options *options)
{
	int r = spec_finish(options);

	return r ? r : verb_make(client, options, "set", "org.nsctl.Create");
}

struct listing {
	struct client *client;
	const char *project; /* NULL: all sets */
	struct table table;
	bool quiet;
	double now;
};

/* Adds a cell with the published ports, as --publish has them. */
static void ports_cell(struct table *table, const json_t *published)
{
	_cleanup_text_ struct text text = {0};
	json_t *publish;
	size_t i;

	json_array_foreach(published, i, publish)
	{
		text_add(&text, i == 0 ? "" : ",");
		show_add_publish(&text, publish, ":");
		if (strcmp(json_text(publish, "protocol", "tcp"), "udp") == 0)
			text_add(&text, "/udp");
	}
	table_cell(table, text.data);
}

static void list_row(struct listing *listing, const json_t *set)
{
	struct table *table = &listing->table;
	double created = json_number_value(json_object_get(set, "created"));
	const json_t *expires = json_object_get(set, "expires");
	static const char *const lists[] = {"namespaces", "addresses"};
	char age[PRINT_SHORT];

	table_cell(table, json_text(set, "name", "?"));
	if (json_is_string(json_object_get(set, "ownerName")))
		table_cell(table, json_text(set, "ownerName", "?"));
	else
		table_format(table, "%" JSON_INTEGER_FORMAT,
			     json_integer_value(json_object_get(set, "owner")));
	table_cell(table, json_text(set, "state", "?"));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		_cleanup_text_ struct text text = {0};

		text_join(&text, json_object_get(set, lists[i]));
		table_cell(table, text.data);
	}
	table_format(table, "%" JSON_INTEGER_FORMAT,
		     json_integer_value(json_object_get(set, "processes")));
	print_age(listing->now - created, age);
	table_cell(table, age);
	print_age(json_number_value(expires) - listing->now, age);
	table_cell(table, json_is_number(expires) ? age : NULL);
	ports_cell(table, json_object_get(set, "publish"));
}

/* Returns true if the set is one of those that were asked for. List returns the caller's sets, or
 * those of all users. */
static bool is_wanted(const struct client *client, const char *project, const json_t *set)
{
	return project_has(project, json_text(set, "name", "")) &&
	       (!client->has_owner ||
		json_integer_value(json_object_get(set, "owner")) == client->owner);
}

/* Prints the sets of one reply. A reply has complete sets for --json, else summaries. */
static void list_reply(void *context, json_t *reply)
{
	struct listing *listing = context;
	const struct client *client = listing->client;
	const json_t *sets = json_object_get(reply, client->json ? "sets" : "summaries");
	size_t i;
	json_t *set;

	json_array_foreach(sets, i, set)
	{
		if (is_wanted(client, listing->project, set) && !show_plainly(client, set))
			list_row(listing, set);
	}
}

int sets_list(struct client *client, struct options *options)
{
	static const char *const headings[] = {"NAME",	     "OWNER",	  "STATE",
					       "NAMESPACES", "ADDRESSES", "PROCESSES",
					       "AGE",	     "EXPIRES",	  "PORTS"};
	struct listing listing = {.client = client, .project = options->project};
	json_t *parameters = options->parameters;
	struct timespec now;
	int r;

	if (options->n_words > 0)
		return options_wrong(client, "list takes no names; use `nsctl show NAME`");
	if (client->has_owner)
		json_put(parameters, "allOwners", json_true());
	if (!client->json)
		json_put(parameters, "summary", json_true());
	clock_gettime(CLOCK_REALTIME, &now);
	listing.now = (double)now.tv_sec;
	table_init(&listing.table, headings, ARRAY_SIZE(headings));
	r = client_call_more(client, NULL, "org.nsctl.List", json_incref(parameters), NULL,
			     list_reply, &listing);
	if (r == 0 && !client->json && !client->quiet)
		table_print(&listing.table);
	table_done(&listing.table);
	return r;
}

struct names {
	const struct client *client;
	const char *project; /* NULL: all sets */
	json_t *array;
};

static void collect_names(void *context, json_t *reply)
{
	struct names *names = context;
	const struct client *client = names->client;
	size_t i;
	json_t *set;

	json_array_foreach(json_object_get(reply, "summaries"), i, set)
	{
		if (is_wanted(client, names->project, set))
			json_push(names->array, json_string(json_text(set, "name", "")));
	}
}

int sets_remove(struct client *client, const char *name, json_t *given, bool absent)
{
	json_t *parameters = client_named(client, name);

	json_object_update(parameters, given);
	return client_remove(client, name, "org.nsctl.Remove", parameters, absent);
}

int sets_remove_all(struct client *client, const char *project, json_t *given)
{
	_cleanup_json_ json_t *array = must(json_array()), *parameters = must(json_object());
	struct names names = {.client = client, .project = project, .array = array};
	int failed, r;
	size_t i;
	json_t *name;

	json_put(parameters, "summary", json_true());
	if (client->has_owner)
		json_put(parameters, "allOwners", json_true());
	failed = client_call_more(client, NULL, "org.nsctl.List", json_incref(parameters), NULL,
				  collect_names, &names);
	json_array_foreach(array, i, name)
	{
		r = sets_remove(client, json_string_value(name), given, true);
		if (r == STATUS_UNREACHABLE)
			return r;
		failed = MAX(failed, r);
	}
	return failed;
}

int sets_renew(struct client *client, struct options *options)
{
	return lease_renew(client, options, "org.nsctl.Renew");
}

static int call_for_each(struct client *client, const struct options *options, const char *method)
{
	int failed = 0, r;

	for (char **name = options->words; *name; name++) {
		r = client_call(client, *name, method, client_named(client, *name), NULL, NULL);
		if (r == STATUS_UNREACHABLE)
			return r;
		failed = MAX(failed, r);
	}
	return failed;
}

int sets_freeze(struct client *client, struct options *options)
{
	return call_for_each(client, options, "org.nsctl.Freeze");
}

int sets_thaw(struct client *client, struct options *options)
{
	return call_for_each(client, options, "org.nsctl.Thaw");
}
