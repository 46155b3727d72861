/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * If several links are named, a failure with one is reported, and the others are still tried. If an
 * end is named by its set, a call finds out which end that is, because SetLink only knows ends a
 * and b.
 */
#include "client/verbs.h"

#include "client/ends.h"
#include "client/memory.h"
#include "client/others.h"
#include "client/print.h"
#include "client/show.h"
#include "client/table.h"
#include "client/take.h"

/* Adds a route by end A, which links_add() completes. */
static int take_route(struct options *options)
{
	json_t *end = json_member(options->parameters, "a", json_object);
	_cleanup_text_ struct text why = {0};

	if (!ends_add_route(end, options->argument, &why))
		return options_wrong(options->client, "--route=%s: %s", options->argument,
				     why.data);
	return 0;
}

static const struct option_row add_options[] = {
	OPTION("name", 0, "NAME", "name of the link (default: one is chosen)",
	       FILLS("name", take_name)),
	OPTION("route", 0, "DEST[,via=ADDR]",
	       "add a route by end A; ,metric=N ,onlink and ,src=ADDR may follow (may be "
	       "repeated)",
	       FILLS("a.routes[]", take_route)),
	{0},
};

static const struct option_row list_options[] = {
	OPTION("all-owners", 0, NULL, "list the links of all users that you may see",
	       FILLS("allOwners", take_true)),
	TABLE_OPTIONS,
	{0},
};

static const struct option_row rm_options[] = {
	OPTION("ignore", 0, NULL, "do not fail if a link does not exist", HANDLED(IGNORE)),
	{0},
};

/* Takes an impairment. ends.h knows the field of each of these options. */
static int take_impairment(struct options *options)
{
	const char *wrong = ends_impair(json_member(options->parameters, "impairment", json_object),
					options->row->name, options->argument);

	return wrong ? options_wrong(options->client, "--%s: \"%s\" %s", options->row->name,
				     options->argument, wrong)
		     : 0;
}
#define IMPAIRS .take = take_impairment, .id = OPTION_TAKEN

static const struct option_row impair_options[] = {
	OPTION("delay", 0, "TIME", "delay each packet by TIME (50ms)", IMPAIRS),
	OPTION("jitter", 0, "TIME", "vary the delay by up to TIME", IMPAIRS),
	OPTION("loss", 0, "PERCENT", "lose this share of packets (1%)", IMPAIRS),
	OPTION("duplicate", 0, "PERCENT", "duplicate this share of packets", IMPAIRS),
	OPTION("corrupt", 0, "PERCENT", "change a bit in this share of packets", IMPAIRS),
	OPTION("reorder", 0, "PERCENT",
	       "send this share of packets without the delay, ahead of the others", IMPAIRS),
	OPTION("rate", 0, "RATE", "send at most RATE (10mbit; 1mbps counts bytes)", IMPAIRS),
	OPTION("limit", 0, "PACKETS",
	       "let at most PACKETS packets wait (default: enough for the delay and 0.1 s of "
	       "RATE)",
	       IMPAIRS),
	OPTION("clear", 0, NULL, "clear all impairments that are not given here", HANDLED(CLEAR)),
	{0},
};

/* Adds the routes of --route to those in the words of the end. */
static void add_routes(json_t *end, const json_t *given)
{
	json_t *routes = json_object_get(given, "routes");

	if (routes && json_array_extend(json_member(end, "routes", json_array), routes) < 0)
		out_of_memory();
}

static int links_add(struct client *client, struct options *options)
{
	static const char *const ends[] = {"a", "b"};
	json_t *parameters = options->parameters;
	_cleanup_json_ json_t *reply = NULL;
	int r;

	if (client->has_owner)
		return options_wrong(client, "--owner: a link belongs to the user who makes it");
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		_cleanup_text_ struct text why = {0};
		const char *word = options->words[i];
		json_t *end = ends_parse(word, &why);

		if (!end)
			return options_wrong(client, "%s: %s", word, why.data);
		add_routes(end, json_object_get(parameters, ends[i]));
		json_put(parameters, ends[i], end);
	}
	r = client_call(client, json_text(parameters, "name", NULL), "org.nsctl.AddLink",
			json_incref(parameters), NULL, &reply);
	if (r != 0)
		return r;
	if (client->json) {
		print_json(reply);
	} else if (!client->quiet) {
		print_escaped(json_text(json_object_get(reply, "link"), "name", "?"));
		print_text("\n");
	}
	return 0;
}

/* Adds a cell with the impairment of each end, or of both at once if it is the same. */
static void impairment_cell(struct table *table, const json_t *a, const json_t *b)
{
	_cleanup_text_ struct text first = {0}, second = {0};
	bool of_a = ends_add_impairment(&first, a), of_b = ends_add_impairment(&second, b);

	if (of_a && of_b && strcmp(first.data, second.data) == 0)
		table_cell(table, first.data);
	else
		table_format(table, "%s%s%s%s%s", of_a ? "A:" : "", of_a ? first.data : "",
			     of_a && of_b ? " " : "", of_b ? "B:" : "", of_b ? second.data : "");
}

/* Adds a cell with the state of both ends if it is the same, or else with the state of each end
 * that is not up. */
static void state_cell(struct table *table, const json_t *a, const json_t *b)
{
	_cleanup_text_ struct text first = {0}, second = {0};
	bool of_a = ends_add_state(&first, a), of_b = ends_add_state(&second, b);

	if (strcmp(first.data, second.data) == 0)
		table_cell(table, first.data);
	else
		table_format(table, "%s%s%s%s%s", of_a ? "A-" : "", of_a ? first.data : "",
			     of_a && of_b ? " " : "", of_b ? "B-" : "", of_b ? second.data : "");
}

static void link_row(struct table *table, const json_t *link, const struct users *users)
{
	const json_t *a = json_object_get(link, "a"), *b = json_object_get(link, "b");
	const json_t *ends[] = {a, b};

	table_cell(table, json_text(link, "name", "?"));
	table_user(table, users, json_object_get(link, "owner"));
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		_cleanup_text_ struct text where = {0};

		ends_add(&where, ends[i]);
		if (!json_text(ends[i], "interface", NULL) && json_text(ends[i], "device", NULL))
			text_format(&where, ":%s", json_text(ends[i], "device", ""));
		table_cell(table, where.data);
		table_joined(table, json_object_get(ends[i], "addresses"));
	}
	state_cell(table, a, b);
	table_age(table, show_age(link, "created"));
	impairment_cell(table, a, b);
}

static void list_links(const struct client *client, struct table *table, const json_t *links)
{
	_cleanup_users_ struct users users = {0};
	json_t *link;
	size_t i;

	if (table_shows(table, "OWNER"))
		users_load(&users, links, "owner");
	json_array_foreach(links, i, link) {
		if (!show_plainly(client, link))
			link_row(table, link, &users);
	}
	if (!client->json && !client->quiet)
		table_print(table);
}

static int links_list(struct client *client, struct options *options)
{
	static const struct column columns[] = {
		{"NAME", 9, .stays = true},
		{"OWNER", 4, .least = 6, .extra = true},
		{"A", 7, .least = 10},
		{"A-ADDRESSES", 2, .least = 14},
		{"B", 8, .least = 10},
		{"B-ADDRESSES", 1, .least = 14},
		{"STATE", 6, .least = 12, .kind = COLUMN_STATE},
		{"AGE", 3, .kind = COLUMN_NUMBER},
		{"IMPAIRMENT", 5, .least = 10},
	};
	json_t *parameters = options->parameters;
	const char *set = options->words[0];
	_cleanup_json_ json_t *reply = NULL;
	_cleanup_table_ struct table table = {0};
	int r = table_begin(&table, options, columns, ARRAY_SIZE(columns));

	if (r != 0)
		return r;
	if (set)
		json_put(parameters, "set", json_string(set));
	if (client->has_owner)
		json_put(parameters, "owner", json_integer(client->owner));
	if (client->has_owner || json_object_get(parameters, "allOwners"))
		table_show(&table, "OWNER");
	r = client_call_joined(client, set, "org.nsctl.ListLinks", json_incref(parameters), NULL,
			       NULL, &reply);
	if (r == 0)
		list_links(client, &table, json_object_get(reply, "links"));
	if (r == 0)
		others_tell_hidden(client, parameters, "link");
	return r;
}

static int links_rm(struct client *client, struct options *options)
{
	return client_remove_each(client, options->words, "org.nsctl.RemoveLink",
				  options_has(options, OPTION_IGNORE));
}

static bool is_called(const json_t *end, const char *word)
{
	_cleanup_text_ struct text text = {0};

	ends_add(&text, end);
	return strcmp(ends_name(end), word) == 0 || strcmp(text.data, word) == 0;
}

/* Finds which end of link is called word: *ret becomes "a" or "b". Returns 0, or STATUS_FAILED
 * after reporting that none or both are. */
static int choose_end(const struct client *client, const json_t *link, const char *word,
		      const char **ret)
{
	const json_t *a = json_object_get(link, "a"), *b = json_object_get(link, "b");
	_cleanup_text_ struct text first = {0}, second = {0};
	bool of_a = is_called(a, word), of_b = is_called(b, word);

	if (of_a != of_b) {
		*ret = of_a ? "a" : "b";
		return 0;
	}
	ends_add(&first, a);
	ends_add(&second, b);
	client_problem(client, json_text(link, "name", "?"), "%s called %s",
		       of_a ? "both ends are" : "no end is", word);
	print_hint("its ends are A (%s) and B (%s)", first.data, second.data);
	return STATUS_FAILED;
}

/* Finds which end of the link called name is meant by word: *ret becomes "a" or "b", or NULL for
 * both ends if word is NULL. Returns 0, or an exit status after reporting the failure. */
static int find_end(struct client *client, const char *name, const char *word, const char **ret)
{
	_cleanup_json_ json_t *parameters = NULL, *reply = NULL;
	json_t *link;
	size_t i;
	int r;

	if (!word || strcmp(word, "A") == 0 || strcmp(word, "B") == 0) {
		*ret = !word ? NULL : *word == 'A' ? "a" : "b";
		return 0;
	}
	parameters = must(json_object());
	if (client->has_owner)
		json_put(parameters, "owner", json_integer(client->owner));
	r = client_call_joined(client, name, "org.nsctl.ListLinks", json_incref(parameters), NULL,
			       NULL, &reply);
	if (r != 0)
		return r;
	json_array_foreach(json_object_get(reply, "links"), i, link) {
		if (strcmp(json_text(link, "name", ""), name) == 0)
			return choose_end(client, link, word, ret);
	}
	client_problem(client, name, "there is no link called %s", name);
	print_hint("`nsctl link list` lists them");
	return STATUS_FAILED;
}

/* Changes a link. words: NAME [A|B]. change: the fields of LinkEnd that get new values. */
static int set_ends(struct client *client, char **words, json_t *change)
{
	_cleanup_json_ json_t *parameters = client_named(client, words[0]), *reply = NULL;
	const char *end = NULL;
	int r = find_end(client, words[0], words[1], &end);

	if (r != 0)
		return r;
	if (!end || strcmp(end, "a") == 0)
		json_put(parameters, "a", json_incref(change));
	if (!end || strcmp(end, "b") == 0)
		json_put(parameters, "b", json_incref(change));
	r = client_call(client, words[0], "org.nsctl.SetLink", json_incref(parameters), NULL,
			&reply);
	if (r == 0 && client->json)
		print_json(reply);
	return r;
}

static int set_up(struct client *client, const struct options *options, bool up)
{
	_cleanup_json_ json_t *change = must(json_object());

	json_put(change, "up", json_boolean(up));
	return set_ends(client, options->words, change);
}

static int links_up(struct client *client, struct options *options)
{
	return set_up(client, options, true);
}

static int links_down(struct client *client, struct options *options)
{
	return set_up(client, options, false);
}

static int links_impair(struct client *client, struct options *options)
{
	json_t *impairment = json_member(options->parameters, "impairment", json_object);

	if (options_has(options, OPTION_CLEAR))
		ends_clear(impairment);
	if (json_object_size(impairment) == 0)
		return options_wrong(
			client,
			"no impairment given: use, for example, --delay=50ms, or --clear to "
			"remove all");
	return set_ends(client, options->words, options->parameters);
}

/* clang-format off */
const struct verb links_verbs[] = {
	{"link add", NULL, "[OPTIONS] A B",
	 "Makes a link (a veth pair) between two ends\n"
	 "An end is SET[:IFACE], host[:IFACE] or net/NETWORK, and any of these may follow it: "
	 ",address=CIDR ,gateway=ADDRESS (once for each family) ,route=DEST (then perhaps "
	 ",via=ADDRESS ,metric=N ,onlink ,src=ADDRESS) ,alias=NAME (another name of the set in "
	 "the network) ,mac=MAC ,mtu=N ,down and the impairments of `link impair`, as "
	 ",delay=50ms ,loss=1%. Addresses, routes and aliases may be repeated. Example: "
	 "web:eth0,address=10.0.0.2/24,address=fd00::2/64,delay=20ms",
	 0, 2, 2, links_add, {add_options},
	 .examples =
		"nsctl link add web client  # without addresses\n"
		"nsctl link add a:eth0,address=10.0.0.1/24 b:eth0,address=10.0.0.2/24\n"
		"nsctl link add --name=cable web net/lan"},
	{"link list", "link ls", "[OPTIONS] [SET]",
	 "Lists your links, or those of one set",
	 0, 0, 1, links_list, {list_options},
	 .examples = "nsctl link list web"},
	{"link rm", NULL, "[--ignore] NAME...",
	 "Removes links",
	 0, 1, WORDS_ANY, links_rm, {rm_options},
	 .examples = "nsctl link rm cable"},
	{"link up", NULL, "NAME [A|B]",
	 "Sets both ends of a link up, or one\n"
	 "An end is A or B (as in `link list`), the name of its set or network, or host",
	 0, 1, 2, links_up, {NULL},
	 .examples = "nsctl link up cable"},
	{"link down", NULL, "NAME [A|B]",
	 "Sets both ends of a link down, or one\n"
	 "An end is A or B (as in `link list`), the name of its set or network, or host",
	 0, 1, 2, links_down, {NULL},
	 .examples = "nsctl link down cable web  # only the end in web"},
	{"link impair", NULL, "[OPTIONS] NAME [A|B]",
	 "Delays, drops or slows down packets that leave by both ends of a link, or one\n"
	 "An impairment that is not given stays as it is; 0 clears it. An end is A or B "
	 "(as in `link list`), the name of its set or network, or host. TIME is 50ms, "
	 "1.5s or 300us; PERCENT is 1% or 0.1%; RATE is in bit kbit mbit gbit, or in "
	 "bytes: bps kbps mbps gbps",
	 0, 1, 2, links_impair, {impair_options},
	 .examples =
		"nsctl link impair cable --delay=50ms --loss=1%\n"
		"nsctl link impair cable web --rate=1mbit\n"
		"nsctl link impair cable --clear"},
	{0},
};
/* clang-format on */
