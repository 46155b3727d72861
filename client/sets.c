/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* If several sets are named, a failure with one is reported, and the others are still tried. */
#include "client/verbs.h"
#include "client/sets.h"

#include <time.h>

#include "client/lease.h"
#include "client/memory.h"
#include "client/others.h"
#include "client/print.h"
#include "client/project.h"
#include "client/show.h"
#include "client/spec.h"
#include "client/table.h"
#include "client/take.h"

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
	OPTION("state", 0, "creating|ready|frozen|removing|broken", "list only sets in this state",
	       FILLS("state", take_word)),
	PROJECT_OPTION('p', "list only the sets of this project, whose names begin with PROJECT."),
	TABLE_OPTIONS,
	{0},
};

static int sets_create(struct client *client, struct options *options)
{
	int r = spec_finish(options);
	const json_t *spec = json_object_get(options->parameters, "spec");

	/* verb_make() prints the name, and which published ports were chosen */
	if (!client->json && !json_object_get(spec, "publish"))
		json_put(options->parameters, "brief", json_true());
	return r ? r : verb_make(client, options, "set", "org.nsctl.Create");
}

/* The properties of a set that sets_list() needs, in the order of the columns that it asks for. */
enum member {
	NAME,
	OWNER,
	OWNER_NAME,
	STATE,
	NAMESPACES,
	ADDRESSES,
	PROCESSES,
	AGE,
	EXPIRES,
	PUBLISH,
	FROZEN,
	MEMBER_COUNT
};
static const char *const members[MEMBER_COUNT] = {"name",	"owner",     "ownerName", "state",
						  "namespaces", "addresses", "processes", "age",
						  "expires",	"publish",   "frozen"};

struct listing {
	struct client *client;
	const char *project; /* NULL: all sets */
	const char *state;   /* NULL: any */
	struct table table;
	double now;
	json_t *above[MEMBER_COUNT]; /* the members of the row above, if it is of the same reply */
	bool has_above;
};

/* Adds a cell with the published ports, as --publish has them. */
static void ports_cell(struct table *table, const json_t *published)
{
	_cleanup_text_ struct text text = {0};
	json_t *publish;
	size_t i;

	json_array_foreach(published, i, publish) {
		text_add(&text, i == 0 ? "" : ",");
		show_add_publish(&text, publish, ":");
		if (strcmp(json_text(publish, "protocol", "tcp"), "udp") == 0)
			text_add(&text, "/udp");
	}
	table_cell(table, text.data);
}

/* Repeats the cell above, if it was made from the same two values: columns of a reply have most of
 * their values in common. Returns false if there is no such cell. */
static bool is_repeated(struct listing *listing, json_t *const set[static MEMBER_COUNT],
			enum member a, enum member b)
{
	if (!listing->has_above || set[a] != listing->above[a] || set[b] != listing->above[b])
		return false;
	table_repeat(&listing->table);
	return true;
}

static void owner_cell(struct table *table, const json_t *owner, const json_t *name)
{
	if (json_is_string(name))
		table_cell(table, json_string_value(name));
	else
		table_number(table, owner);
}

static void expires_cell(struct table *table, const json_t *expires, double now)
{
	if (json_is_number(expires))
		table_age(table, json_number_value(expires) - now);
	else
		table_cell(table, NULL);
}

/* Adds a row for the set with these members. */
static void list_row(struct listing *listing, json_t *const set[static MEMBER_COUNT])
{
	struct table *table = &listing->table;

	table_cell(table, json_string_value(set[NAME]));
	if (!is_repeated(listing, set, OWNER, OWNER_NAME))
		owner_cell(table, set[OWNER], set[OWNER_NAME]);
	if (!is_repeated(listing, set, STATE, FROZEN))
		table_cell(table, show_state_word(set[STATE], set[FROZEN]));
	if (!is_repeated(listing, set, NAMESPACES, NAMESPACES))
		table_joined(table, set[NAMESPACES]);
	if (!is_repeated(listing, set, ADDRESSES, ADDRESSES))
		table_joined(table, set[ADDRESSES]);
	if (!is_repeated(listing, set, PROCESSES, PROCESSES))
		table_number(table, set[PROCESSES]);
	table_age(table, json_number_value(set[AGE]) / 1000);
	if (!is_repeated(listing, set, EXPIRES, EXPIRES))
		expires_cell(table, set[EXPIRES], listing->now);
	if (!is_repeated(listing, set, PUBLISH, PUBLISH))
		ports_cell(table, set[PUBLISH]);
	memcpy(listing->above, set, sizeof(listing->above));
	listing->has_above = true;
}

/* Returns true if the set is one of those that the user wants. List returns the caller's sets, or
 * those of all users. */
static bool is_wanted(const struct client *client, const char *project, const json_t *name,
		      const json_t *owner)
{
	const char *text = json_string_value(name);

	return project_has(project, text ? text : "") &&
	       (!client->has_owner || json_integer_value(owner) == client->owner);
}

static void print_name(const json_t *name)
{
	print_escaped(json_is_string(name) ? json_string_value(name) : "?");
	print_text("\n");
}

/* Takes the sets of one reply. Only their wanted members are known. */
static void list_columns(struct listing *listing, const json_t *columns)
{
	const struct client *client = listing->client;
	size_t n = json_integer_value(json_object_get(columns, "count"));
	json_t *column[MEMBER_COUNT], *set[MEMBER_COUNT];

	listing->has_above = false;
	for (enum member i = 0; i < MEMBER_COUNT; i++)
		column[i] = json_object_get(columns, members[i]);
	for (size_t row = 0; row < n; row++) {
		for (enum member i = 0; i < MEMBER_COUNT; i++)
			set[i] = json_array_get(column[i],
						json_array_size(column[i]) == 1 ? 0 : row);
		if (!is_wanted(client, listing->project, set[NAME], set[OWNER]) ||
		    (listing->state &&
		     strcmp(listing->state, show_state_word(set[STATE], set[FROZEN])) != 0))
			continue;
		if (client->quiet)
			print_name(set[NAME]);
		else
			list_row(listing, set);
	}
}

/* Prints the complete sets of one reply. */
static void list_complete(const struct listing *listing, const json_t *sets)
{
	size_t i;
	json_t *set;

	json_array_foreach(sets, i, set) {
		if (is_wanted(listing->client, listing->project, json_object_get(set, "name"),
			      json_object_get(set, "owner")) &&
		    (!listing->state || strcmp(listing->state, show_state(set)) == 0))
			print_json(set);
	}
}

static void list_reply(void *context, json_t *reply)
{
	struct listing *listing = context;

	if (listing->client->json)
		list_complete(listing, json_object_get(reply, "sets"));
	else
		list_columns(listing, json_object_get(reply, "columns"));
}

/* Returns true if list_columns() needs this member. For a list of names, only the members that
 * select sets are needed. */
static bool is_needed(const struct listing *listing, enum member member)
{
	const struct client *client = listing->client;

	return !client->quiet || member == NAME || (member == OWNER && client->has_owner) ||
	       ((member == STATE || member == FROZEN) && listing->state);
}

/* Asks for the columns that list_columns() needs. */
static void ask_for_columns(const struct listing *listing, json_t *parameters)
{
	json_t *columns = must(json_array());

	for (enum member i = 0; i < MEMBER_COUNT; i++)
		if (is_needed(listing, i))
			json_push(columns, json_string(members[i]));
	json_put(parameters, "columns", columns);
}

static int sets_list(struct client *client, struct options *options)
{
	static const struct column columns[] = {
		{"NAME", 9, .stays = true},	    {"OWNER", 5, .least = 6},
		{"STATE", 8, .kind = COLUMN_STATE}, {"NAMESPACES", 1, .least = 10},
		{"ADDRESSES", 4, .least = 12},	    {"PROCESSES", 3, .kind = COLUMN_NUMBER},
		{"AGE", 6, .kind = COLUMN_NUMBER},  {"EXPIRES", 7, .kind = COLUMN_NUMBER},
		{"PORTS", 2, .least = 8},
	};
	json_t *parameters = options->parameters;
	struct listing listing = {.client = client,
				  .project = options->project,
				  .state = json_text(parameters, "state", NULL)};
	struct timespec now;
	int r;

	if (options->n_words > 0)
		return options_wrong(client, "it takes no names; use `nsctl show NAME`");
	if (client->has_owner)
		json_put(parameters, "allOwners", json_true());
	/* to the daemon, a frozen set is a ready one */
	if (listing.state && strcmp(listing.state, "frozen") == 0) {
		listing.state = "frozen";
		json_object_del(parameters, "state");
	}
	if (!client->json)
		ask_for_columns(&listing, parameters);
	clock_gettime(CLOCK_REALTIME, &now);
	listing.now = (double)now.tv_sec;
	r = table_begin(&listing.table, options, columns, ARRAY_SIZE(columns));
	if (r == 0)
		r = client_call_more(client, NULL, "org.nsctl.List", json_incref(parameters), NULL,
				     list_reply, &listing);
	if (r == 0 && !client->json && !client->quiet)
		table_print(&listing.table);
	if (r == 0)
		others_tell_hidden(client, parameters, "set");
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

	json_array_foreach(json_object_get(reply, "summaries"), i, set) {
		if (is_wanted(client, names->project, json_object_get(set, "name"),
			      json_object_get(set, "owner")))
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
	json_array_foreach(array, i, name) {
		r = sets_remove(client, json_string_value(name), given, true);
		if (r == STATUS_UNREACHABLE)
			return r;
		failed = MAX(failed, r);
	}
	return failed;
}

static int sets_renew(struct client *client, struct options *options)
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

static int sets_freeze(struct client *client, struct options *options)
{
	return call_for_each(client, options, "org.nsctl.Freeze");
}

static int sets_thaw(struct client *client, struct options *options)
{
	return call_for_each(client, options, "org.nsctl.Thaw");
}

/* clang-format off */
const struct verb sets_verbs[] = {
	{"create", NULL, "[OPTIONS] NAME",
	 "Makes a set of namespaces and keeps it\n"
	 "Unless letters (-m, -p, ...) choose its namespaces, it has all but user and time. "
	 "`nsctl enter NAME` starts a shell in it, and `nsctl rm NAME` removes it",
	 VERB_MAKES, 1, 1, sets_create, {sets_create_options, spec_options},
	 .examples =
		"nsctl create box            # six kinds; your uid stays\n"
		"nsctl create -m -r scratch  # root inside, in a user namespace\n"
		"nsctl create --net --egress --dns=9.9.9.9 web --lease=2h\n"
		"nsctl create --link=net/lan,alias=db --publish=8080:80 store\n"
		"nsctl create --job ci       # ends with the script that made it"},
	{"list", "ls", "[OPTIONS]",
	 "Lists your sets",
	 0, 0, WORDS_ANY, sets_list, {sets_list_options},
	 .examples =
		"nsctl list\n"
		"nsctl list --label=job=17 --quiet  # names only"},
	{"renew", NULL, "[--lease=WHEN] NAME [DURATION]",
	 "Postpones the end of a leased set\n"
	 "DURATION is the new length of a lease by time. With --lease the set gets that lease "
	 "instead of the present one. Everything that one topology made is renewed together",
	 0, 1, 2, sets_renew, {lease_renew_options},
	 .page = "nsctl-rm",
	 .examples =
		"nsctl renew box 2h\n"
		"nsctl renew --lease=idle:1h box"},
	{"freeze", NULL, "NAME...",
	 "Stops all processes of sets",
	 0, 1, WORDS_ANY, sets_freeze, {NULL},
	 .page = "nsctl-sessions",
	 .examples = "nsctl freeze box"},
	{"thaw", NULL, "NAME...",
	 "Continues all processes of frozen sets",
	 0, 1, WORDS_ANY, sets_thaw, {NULL},
	 .page = "nsctl-sessions",
	 .examples = "nsctl thaw box"},
	{0},
};
/* clang-format on */
