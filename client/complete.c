/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See complete.h. What a word or an option's value may be is read from the usage in the table: a
 * placeholder, such as NAME or FILE, or alternatives, such as slave|private|shared.
 */
#include "client/complete.h"

#include <signal.h>

#include "client/destinations.h"
#include "client/memory.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/text.h"
#include "client/users.h"
#include "protocol/kind.h"
#include "protocol/methods.h"

struct completion {
	struct client *client;
	const struct verb *verbs, *verb; /* verb: the one that has been typed, or NULL */
	const struct option_row *row;	 /* the option whose value the last word is, or NULL */
	bool unknown;			 /* there is no such verb */
	bool ended;			 /* no options may follow */
	int place;	   /* of the last word among the verb's words that are no options */
	int first;	   /* the index of the first one of these */
	const char *value; /* the part of the last word that is completed */
	struct text kept;  /* what is printed before each candidate */
};

/* --- candidates --- */

static void offer(const struct completion *completion, const char *candidate, const char *text)
{
	const char *value = completion->value;

	if (strncmp(candidate, value, strlen(value)) != 0)
		return;
	print_text("%s", completion->kept.data ? completion->kept.data : "");
	print_escaped(candidate);
	print_text("\t%.*s\n", (int)strcspn(text, "\n"), text);
}

/* Calls each() with the name of every object of the caller's that the method lists. */
static void for_names(const struct completion *completion, const char *method, const char *list,
		      const char *text,
		      void (*each)(const struct completion *completion, const char *name,
				   const char *text))
{
	struct client *client = completion->client;
	_cleanup_json_ json_t *parameters = must(json_object()), *reply = NULL;
	size_t i;
	json_t *object;

	if (strcmp(list, "summaries") == 0)
		json_put(parameters, "summary", json_true());
	if (client->has_owner)
		json_put(parameters, "allOwners", json_true());
	if (client_connect(client, true) != 0 ||
	    client_call_joined(client, NULL, method, json_incref(parameters), NULL, NULL, &reply) !=
		    0)
		return;
	json_array_foreach(json_object_get(reply, list), i, object) {
		const json_t *owner = json_object_get(object, "owner");

		if (!client->has_owner || json_integer_value(owner) == client->owner)
			each(completion, json_text(object, "name", ""), text);
	}
}

static void offer_sets(const struct completion *completion)
{
	for_names(completion, "org.nsctl.List", "summaries", "a set", offer);
}

static void offer_links(const struct completion *completion)
{
	for_names(completion, "org.nsctl.ListLinks", "links", "a link", offer);
}

static void offer_networks(const struct completion *completion)
{
	for_names(completion, "org.nsctl.ListNetworks", "networks", "a network", offer);
}

static void offer_network_end(const struct completion *completion, const char *name,
			      const char *text)
{
	_cleanup_text_ struct text end = {0};

	text_format(&end, "net/%s", name);
	offer(completion, end.data, text);
}

static void offer_project(const struct completion *completion, const char *name, const char *text)
{
	_cleanup_text_ struct text project = {0};
	size_t n = strcspn(name, ".");

	text_bytes(&project, name, n);
	if (name[n])
		offer(completion, project.data, text);
}

static void offer_projects(const struct completion *completion)
{
	for_names(completion, "org.nsctl.List", "summaries", "a project", offer_project);
}

/* Offers the names of the objects that a verb's NAME can be. */
static void offer_named(const struct completion *completion)
{
	const struct verb *verb = completion->verb;

	if (verb->flags & VERB_MAKES)
		return;
	if (strncmp(verb->name, "network ", 8) == 0)
		offer_networks(completion);
	else if (strncmp(verb->name, "link ", 5) == 0)
		offer_links(completion);
	else
		offer_sets(completion);
}

static void offer_places(const struct completion *completion)
{
	offer_sets(completion);
	for_names(completion, "org.nsctl.ListNetworks", "networks", "a network", offer_network_end);
}

static void offer_ends(const struct completion *completion)
{
	offer(completion, "host", "the host's net namespace");
	offer_places(completion);
}

static void offer_captured(const struct completion *completion)
{
	offer_links(completion);
	offer_places(completion);
}

static void offer_sides(const struct completion *completion)
{
	offer(completion, "A", "the first end of the link");
	offer(completion, "B", "the second end of the link");
}

static void offer_methods(const struct completion *completion)
{
#define OFFER_METHOD(op, name, ...) offer(completion, name, "a method");
	METHODS(OFFER_METHOD)
#undef OFFER_METHOD
}

static void offer_signals(const struct completion *completion)
{
	for (int i = 1; i < SIGRTMIN; i++)
		if (signal_name(i))
			offer(completion, signal_name(i), "a signal");
}

static void offer_leases(const struct completion *completion)
{
	offer(completion, "parent", "until the process that started nsctl has ended");
	offer(completion, "idle:", "until it was not used for this time");
	offer(completion, "pid:", "until this process has ended");
	offer(completion, "fd:", "until the process or pipe of this descriptor has ended");
}

/* Offers the administrator's lists that the caller's sets may reach. */
static void offer_lists(const struct completion *completion)
{
	struct client *client = completion->client;
	_cleanup_json_ json_t *reply = NULL;
	json_t *list;
	size_t i;

	if (client_connect(client, true) != 0 ||
	    client_call(client, NULL, "org.nsctl.GetStatus", must(json_object()), NULL, &reply) !=
		    0)
		return;
	json_array_foreach(json_object_get(reply, "egressLists"), i, list) {
		_cleanup_text_ struct text name = {0};

		text_format(&name, "@%s", json_string_value(list));
		offer(completion, name.data, "a list of nsctld.conf");
	}
}

static void offer_destinations(const struct completion *completion)
{
	if (*completion->value == '@' && strchr(completion->value, '/')) {
		print_text(":files @\n");
		return;
	}
	offer_lists(completion);
	offer(completion, "@dns", "the name servers");
	offer(completion, "@./", "the lines of a file");
}

static void offer_verbs(const struct completion *completion, const struct verb *among)
{
	for (const struct verb *verb = among; verb->name; verb++)
		if (!(verb->flags & VERB_HIDDEN))
			offer(completion, verb_last_word(verb->name), verb->summary);
}

/* --- what a placeholder stands for --- */

static const struct {
	const char *placeholder;
	void (*offer)(const struct completion *completion); /* NULL: the shell completes */
	const char *shell;
} placeholders[] = {
	{"FILE", NULL, ":files"},
	{"PATH", NULL, ":files"},
	{"FD|PATH", NULL, ":files"},
	{"SOURCE:TARGET[:ro]", NULL, ":files"},
	{"DIR", NULL, ":directories"},
	{"WORKSPACE", NULL, ":directories"},
	{"USER", NULL, ":users"},
	{"K", NULL, ":variables"},
	{"K[=V]", NULL, ":variables"},
	{"A", offer_ends, NULL},
	{"B", offer_ends, NULL},
	{"PEER[:IFACE]", offer_ends, NULL},
	{"A|B", offer_sides, NULL},
	{"SET", offer_sets, NULL},
	{"LINK|SET[:IFACE]|net/NETWORK", offer_captured, NULL},
	{"SET|net/NETWORK", offer_places, NULL},
	{"PROJECT", offer_projects, NULL},
	{"METHOD", offer_methods, NULL},
	{"SIG", offer_signals, NULL},
	{"WHEN", offer_leases, NULL},
	{DESTINATION_WORDS, offer_destinations, NULL},
};

/* Offers the alternatives of slave|private|shared, or of a list: home,tmp,shm,run. */
static void offer_alternatives(struct completion *completion, const char *argument)
{
	const char *separators = strchr(argument, ',') ? "," : "|";
	const char *comma = *separators == ',' ? strrchr(completion->value, ',') : NULL;

	if (comma) {
		text_bytes(&completion->kept, completion->value,
			   (size_t)(comma + 1 - completion->value));
		completion->value = comma + 1;
	}
	while (*argument) {
		_cleanup_text_ struct text one = {0};
		size_t n = strcspn(argument, separators);

		text_bytes(&one, argument, n);
		offer(completion, one.data, "");
		argument += n + (argument[n] != '\0');
	}
}

static void offer_placeholder(struct completion *completion, const char *placeholder)
{
	_cleanup_text_ struct text kinds = {0};

	for (size_t i = 0; i < ARRAY_SIZE(placeholders); i++)
		if (strcmp(placeholders[i].placeholder, placeholder) == 0) {
			if (placeholders[i].offer)
				placeholders[i].offer(completion);
			else
				print_text("%s\n", placeholders[i].shell);
			return;
		}
	for (int i = 0; strcmp(placeholder, "TYPES") == 0 && i < KIND_COUNT; i++)
		text_format(&kinds, "%s%s", i > 0 ? "," : "", kind_words[i]);
	if (kinds.data)
		offer_alternatives(completion, kinds.data);
	else if (placeholder[strspn(placeholder, "abcdefghijklmnopqrstuvwxyz,|")] == '\0')
		offer_alternatives(completion, placeholder);
}

/* Offers the command that begins at this place among the verb's words, or the topics of help. */
static void offer_command(struct completion *completion, int place)
{
	if (completion->verb->flags & VERB_RUNS_COMMAND)
		print_text(":command %d\n", completion->first + place);
	else
		offer_verbs(completion, completion->verbs);
}

/* Offers what the verb's usage has at the place of the last word. "[NAME...]" means NAME at this
 * place and at all later ones. */
static void offer_word(struct completion *completion)
{
	const char *usage = completion->verb->usage;

	for (int place = 0; *usage; usage += strspn(usage, " ")) {
		_cleanup_text_ struct text token = {0};
		size_t n = strcspn(usage, " "), optional = *usage == '[';
		bool repeats = memmem(usage, n, "...", 3);

		text_bytes(&token, usage + optional, n - 2 * optional);
		usage += n;
		if (repeats)
			token.data[token.used - 3] = '\0';
		if (!*token.data || *token.data == '-' || strcmp(token.data, "OPTIONS") == 0)
			continue;
		if (place == completion->place || (repeats && place < completion->place)) {
			if (strcmp(token.data, "COMMAND") == 0)
				offer_command(completion, place);
			else if (strcmp(token.data, "NAME") == 0)
				offer_named(completion);
			else
				offer_placeholder(completion, token.data);
			return;
		}
		place++;
	}
}

/* --- options --- */

static void offer_table(struct completion *completion, const struct option_row *rows)
{
	for (; rows && rows->name; rows++) {
		bool needs = rows->argument && *rows->argument != '?';
		_cleanup_text_ struct text option = {0};

		text_format(&option, "--%s%s", rows->name, needs ? "=" : "");
		offer(completion, option.data, rows->text);
	}
}

static void offer_options(struct completion *completion)
{
	for (int i = 0; completion->verb && i < VERB_TABLES; i++)
		offer_table(completion, completion->verb->options[i]);
	offer_table(completion, options_global);
	if (!completion->verb)
		offer_table(completion, options_first);
}

/* Returns the row that the option "--name", "--name=value" or "-xyn" (n counts) is typed for. */
static const struct option_row *find_row(const struct completion *completion, const char *word)
{
	bool is_long = word[1] == '-';
	const char *name = is_long ? word + 2 : word + strlen(word) - 1;
	size_t n = strcspn(name, "=");
	bool has_value = is_long && name[n];
	const struct option_row *tables[VERB_TABLES + 2] = {options_global, options_first};

	for (int i = 0; completion->verb && i < VERB_TABLES; i++)
		tables[2 + i] = completion->verb->options[i];
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct option_row *row = tables[i]; row && row->name; row++)
			if ((is_long ? strncmp(row->name, name, n) == 0 && !row->name[n]
				     : row->letter && row->letter == *name) &&
			    (row->argument || !has_value))
				return row;
	return NULL;
}

/* Takes the options that say whom to ask. */
static void take_global(struct completion *completion, const struct option_row *row,
			const char *value)
{
	if (row->id == OPTION_SOCKET)
		completion->client->socket_path = value;
	else if (row->id == OPTION_OWNER)
		completion->client->has_owner = users_find(value, &completion->client->owner);
}

/* Takes an option that has been typed completely. */
static void pass_option(struct completion *completion, const char *word)
{
	const struct option_row *row = find_row(completion, word);
	const char *equals = strchr(word, '=');

	completion->ended = strcmp(word, "--") == 0;
	if (!row || completion->ended)
		return;
	if (equals)
		take_global(completion, row, equals + 1);
	else if (row->argument && *row->argument != '?')
		completion->row = row;
}

/* --- the words --- */

/* Takes a word that is no option, words[i]. */
static void pass_word(struct completion *completion, const char *word, int i)
{
	const struct verb *verb = completion->verb;

	if (!verb || verb->own) {
		completion->verb = verb_find(verb ? verb->own : completion->verbs, word);
		completion->unknown |= !completion->verb;
		completion->first = i + 1;
		return;
	}
	if (completion->place++ == 0)
		completion->first = i;
	completion->ended |= verb->flags & VERB_FIRST_WORD_ENDS;
}

/* Takes all words but the last, which it returns. */
static const char *pass_words(struct completion *completion, char *const *words)
{
	int i;

	for (i = 0; words[i] && words[i + 1] && !completion->unknown; i++) {
		const struct option_row *row = completion->row;

		completion->row = NULL;
		if (row)
			take_global(completion, row, words[i]);
		else if (!completion->ended && words[i][0] == '-' && words[i][1])
			pass_option(completion, words[i]);
		else
			pass_word(completion, words[i], i);
	}
	if (completion->place == 0)
		completion->first = i;
	return words[i] ? words[i] : "";
}

/* Takes the beginning of "--name=value". */
static void take_name(struct completion *completion)
{
	const char *word = completion->value, *equals = strchr(word, '=');

	if (completion->row || completion->ended || !equals || strncmp(word, "--", 2) != 0)
		return;
	completion->row = find_row(completion, word);
	completion->unknown |= !completion->row;
	completion->value = equals + 1;
	text_bytes(&completion->kept, word, (size_t)(equals + 1 - word));
}

void complete_print(struct client *client, const struct verb *verbs, char *const *words)
{
	struct completion completion = {.client = client, .verbs = verbs};
	const struct verb *verb;

	completion.value = pass_words(&completion, words);
	verb = completion.verb;
	take_name(&completion);
	if (completion.unknown)
		;
	else if (completion.row)
		offer_placeholder(&completion,
				  completion.row->argument + (*completion.row->argument == '?'));
	else if (!completion.ended && *completion.value == '-')
		offer_options(&completion);
	else if (!verb || verb->own)
		offer_verbs(&completion, verb ? verb->own : verbs);
	else
		offer_word(&completion);
	text_done(&completion.kept);
}
