/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/verbs.h"

#include "client/destinations.h"
#include "client/learn.h"
#include "client/print.h"
#include "client/show.h"

static const struct option_row egress_options[] = {
	OPTION("allow", 0, DESTINATION_WORDS,
	       "let it reach DEST, too (may be repeated); see `nsctl help create`",
	       FILLS("allow[]", destinations_take)),
	OPTION("deny", 0, DESTINATION_WORDS,
	       "take DEST out of what --allow lets through (may be repeated)",
	       FILLS("deny[]", destinations_take)),
	OPTION("remove", 0, DESTINATION_WORDS,
	       "remove this entry, which --allow or --deny has added (may be repeated)",
	       FILLS("remove[]", destinations_take)),
	OPTION("learn", 0, NULL,
	       "let all through until ^C, and print what the list would have needed, as lines of "
	       "a file for --allow=@./FILE",
	       HANDLED(LEARN)),
	{0},
};

/* Prints entries, one a line. */
static void show_entries(const char *heading, const json_t *entries)
{
	json_t *entry;
	size_t i;

	json_array_foreach(entries, i, entry)
		show_line(i == 0 ? heading : NULL, "%s", json_string_value(entry));
}

/* Prints the refused names below the lines of show_refused(), if there are any. */
static void show_refused_names(const json_t *list)
{
	const char *heading = json_object_get(list, "refusedPackets") ? NULL : "refused";
	json_t *refused;
	size_t i;

	json_array_foreach(json_object_get(list, "refusedNames"), i, refused)
		show_line(i == 0 ? heading : NULL, "the name %s: %" JSON_INTEGER_FORMAT,
			  json_text(refused, "name", "?"),
			  json_integer_value(json_object_get(refused, "questions")));
}

static void show_list(const json_t *list)
{
	const json_t *allow = json_object_get(list, "allow");

	if (json_array_size(allow) == 0)
		show_line("allowed", "nothing");
	show_entries("allowed", allow);
	show_entries("denied", json_object_get(list, "deny"));
	show_refused(list);
	show_refused_names(list);
}

static int egress_run(struct client *client, struct options *options)
{
	json_t *parameters = options->parameters;
	const char *word = options->words[0];
	bool changes = json_object_size(parameters) > 0;
	_cleanup_json_ json_t *reply = NULL;
	int r;

	if (changes && options_has(options, OPTION_LEARN))
		return options_wrong(client,
				     "--learn cannot be combined with a change of the list");
	if (strncmp(word, "net/", 4) == 0)
		json_put(parameters, "network", json_string(word + 4));
	else
		json_put(parameters, "name", json_string(word));
	if (client->has_owner)
		json_put(parameters, "owner", json_integer(client->owner));
	if (options_has(options, OPTION_LEARN))
		return learn_run(client, word, parameters);
	r = client_call(client, word, "org.nsctl.SetEgress", json_incref(parameters), NULL, &reply);
	if (r != 0)
		return r;
	if (client->json)
		print_json(reply);
	else if (!changes)
		show_list(reply);
	return 0;
}

/* clang-format off */
const struct verb egress_verbs[] = {
	{"egress", NULL, "[OPTIONS] SET|net/NETWORK",
	 "Shows or changes the list of what a set or network may reach, while it runs\n"
	 "The set or network was made with --allow. Without options, nsctl prints the list, "
	 "the destinations of the last hour that were refused the most packets, and the names "
	 "that were refused last. When a list changes, connections to what it does not have any "
	 "more end",
	 0, 1, 1, egress_run, {egress_options},
	 .examples =
		"nsctl egress box                 # the list, and what was refused\n"
		"nsctl egress --allow=198.51.100.2:443/tcp --remove=198.51.100.1 box\n"
		"nsctl egress --deny=10.0.0.0/8 net/lan\n"
		"nsctl egress --learn box > list  # what it would need, until ^C"},
	{0},
};
/* clang-format on */
