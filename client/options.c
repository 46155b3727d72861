/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses options by getopt_long() and tables, see options.h. There is one parse at a time, because
 * getopt has global state. getopt never prints here, because it would use the locale. The meaning
 * of an option is known to its verb; this file only knows the options of nsctl itself.
 */

#include <getopt.h>

#include "client/memory.h"
#include "client/print.h"
#include "client/text.h"
#include "client/users.h"
#include "client/verb.h"
#include "protocol/name.h"

/* getopt_long() returns LONG_BASE + i for the long option at rows[i]. */
#define LONG_BASE 0x1000

static size_t find_row(const struct options *options, const char *name)
{
	size_t i = 0;

	while (i < options->n_rows && strcmp(options->rows[i].row->name, name) != 0)
		i++;
	return i;
}

static bool takes_letter(const struct options *options, char letter)
{
	for (size_t i = 0; i < options->n_rows; i++)
		if (options->rows[i].with_letter && options->rows[i].row->letter == letter)
			return true;
	return false;
}

static void add_rows(struct options *options, const struct option_row *rows, bool letters)
{
	for (; rows && rows->name; rows++) {
		size_t i = find_row(options, rows->name);
		size_t used = strlen(options->letters);

		/* for run, --user is the option of create, and --user=UID that of exec */
		if (i < options->n_rows) {
			options->rows[i].with_argument = rows;
			continue;
		}
		if (options->n_rows == OPTIONS_MAX)
			abort();
		options->rows[i].row = rows;
		options->rows[i].with_argument = NULL;
		options->rows[i].with_letter =
			letters && rows->letter && !takes_letter(options, rows->letter);
		options->n_rows++;
		if (options->rows[i].with_letter)
			snprintf(options->letters + used, sizeof(options->letters) - used, "%c%s",
				 rows->letter, rows->argument && *rows->argument != '?' ? ":" : "");
	}
}

void options_init(struct options *options, struct client *client, const struct verb *verb, int argc,
		  char **argv)
{
	bool stop = !verb || verb->flags & VERB_FIRST_WORD_ENDS;

	*options = (struct options){.client = client, .verb = verb, .argc = argc, .argv = argv};
	client->options = verb ? verb->options : NULL;
	strcpy(options->letters, stop ? "+:" : ":");
	for (size_t i = 0; verb && i < VERB_TABLES; i++)
		add_rows(options, verb->options[i], options_have_letters(verb, i));
	add_rows(options, options_global, true);
	if (!verb)
		add_rows(options, options_first, true);
}

static int next_of_getopt(struct options *options)
{
	struct option list[OPTIONS_MAX + 1];

	for (size_t i = 0; i < options->n_rows; i++) {
		const struct option_row *row = options->rows[i].row;
		int has = row->argument
				  ? *row->argument == '?' ? optional_argument : required_argument
				  : no_argument;

		if (options->rows[i].with_argument)
			has = optional_argument;
		list[i] = (struct option){.name = row->name, has, NULL, LONG_BASE + (int)i};
	}
	list[options->n_rows] = (struct option){0};
	if (!options->started)
		optind = 0; /* glibc requires this for another argv */
	options->started = true;
	opterr = 0;
	return getopt_long(options->argc, options->argv, options->letters, list, NULL);
}

/* Returns the option as it was typed, for messages: -x or --name. */
static const char *typed(const struct options *options, char letter[static 3])
{
	if (optopt > 0 && optopt < LONG_BASE) {
		letter[0] = '-';
		letter[1] = (char)optopt;
		letter[2] = '\0';
		return letter;
	}
	return options->argv[optind - 1];
}

/* Returns the name of the option that is meant by one that does not exist, such as --nmae=X, or
 * NULL. */
static const char *guess(const struct options *options, const char *option)
{
	_cleanup_text_ struct text name = {0};

	text_format(&name, "%.*s", (int)strcspn(option + 2, "="), option + 2);
	for (size_t i = 0; i < options->n_rows; i++)
		if (text_is_almost(name.data, options->rows[i].row->name))
			return options->rows[i].row->name;
	return NULL;
}

/* Returns the name of the option that is meant by letters of which one does not exist, as --net by
 * -mnet, or NULL. */
static const char *guess_letters(const struct options *options)
{
	/* getopt may be in the middle of the word, or behind it */
	for (int at = optind; at >= optind - 1; at--) {
		const char *word = at < options->argc ? options->argv[at] : NULL;

		for (size_t i = 0; word && *word == '-' && word[1] != '-' && i < options->n_rows;
		     i++) {
			const char *name = options->rows[i].row->name;
			size_t n = strlen(name);

			if (n < strlen(word) && strcmp(word + strlen(word) - n, name) == 0)
				return name;
		}
	}
	return NULL;
}

/* Adds the options that begin like this one. Returns their number. */
static size_t add_matches(const struct options *options, const char *option, struct text *text)
{
	size_t n = strcspn(option, "="), matches = 0;

	for (size_t i = 0; i < options->n_rows; i++) {
		const char *name = options->rows[i].row->name;

		if (strncmp(name, option + 2, n - 2) == 0)
			text_format(text, "%s--%s", matches++ > 0 ? ", " : "", name);
	}
	return matches;
}

/* Options that users of similar programs try, and what to do instead. */
static const struct {
	const char *verb, *option, *remedy;
} foreign[] = {
	{"exec", "-i", "stdin is passed on anyway; -t gives a terminal"},
	{"enter", "-i", "stdin is passed on anyway, and there is a terminal"},
	{"run", "-t", "there is a terminal anyway, if nsctl has one"},
	{"run", "--rm", "the set is removed anyway, when COMMAND ends"},
	{"run", "--name", "the set is the command's own; `nsctl create NAME` makes one to keep"},
	{"create", "--name", "the name comes last: `nsctl create [OPTIONS] NAME`"},
	{"create", "--volume", "write --bind=SOURCE:TARGET"},
	{"create", "-v", "write --bind=SOURCE:TARGET"},
	{"run", "--volume", "write --bind=SOURCE:TARGET"},
	{"run", "-v", "write --bind=SOURCE:TARGET"},
	{"run", "-e", "write --env=K=V"},
	{"run", "-w", "write --chdir=DIR"},
	{"run", "--workdir", "write --chdir=DIR"},
	{"create", "--network", "write --link=net/NETWORK"},
	{"run", "--network", "write --link=net/NETWORK"},
	{"exec", "-w", "write --chdir=DIR"},
	{"exec", "--workdir", "write --chdir=DIR"},
	{"rm", "-f", "processes are ended anyway; --ignore accepts sets that do not exist"},
	{"rm", "--force", "processes are ended anyway; --ignore accepts sets that do not exist"},
	{"prune", "-f", "prune does not ask anyway"},
	{"prune", "--force", "prune does not ask anyway"},
	{"kill", "-9", "write --signal=KILL"},
	{"capture", "-i", "write SET:IFACE"},
};

/* Returns what to do instead of an option that does not exist, or NULL. */
static const char *find_remedy(const char *verb, const char *option)
{
	size_t n = strcspn(option, "=");

	for (size_t i = 0; verb && i < ARRAY_SIZE(foreign); i++)
		if (strcmp(foreign[i].verb, verb) == 0 && strlen(foreign[i].option) == n &&
		    strncmp(foreign[i].option, option, n) == 0)
			return foreign[i].remedy;
	return NULL;
}

static int tell_bad_option(const struct options *options, bool argument_missing)
{
	const char *verb = options->verb ? options->verb->name : NULL;
	char letter[3];
	const char *option = typed(options, letter);
	size_t prefix = strncmp(option, "--", 2) == 0 ? strcspn(option + 2, "=") : 0;
	const char *meant = NULL, *remedy = NULL;
	_cleanup_text_ struct text matches = {0};

	if (argument_missing)
		client_problem(options->client, NULL, "%s needs a value", option);
	else if (optopt >= LONG_BASE)
		client_problem(options->client, NULL, "%s takes no value", option);
	else if (prefix > 0 && strlen(option) > 2 && add_matches(options, option, &matches) > 1)
		client_problem(options->client, NULL, "%s is short for more than one option: %s",
			       option, matches.data);
	else if (prefix > 0 && strlen(option) > 2) {
		remedy = find_remedy(verb, option);
		meant = remedy ? NULL : guess(options, option);
		client_problem(options->client, NULL, "there is no option %s", option);
	} else if (strcmp(option, "-=") == 0) {
		client_problem(options->client, NULL,
			       "\"=\" follows a letter that takes no value (--name=VALUE, or -n "
			       "VALUE)");
	} else {
		meant = guess_letters(options);
		remedy = meant ? NULL : find_remedy(verb, option);
		client_problem(options->client, NULL, "there is no option %s", option);
	}
	if (remedy)
		print_hint("%s", remedy);
	else if (meant)
		print_hint("write --%s", meant);
	else
		print_hint("`nsctl help%s%s` lists the options", verb ? " " : "", verb ? verb : "");
	return -STATUS_USAGE;
}

/* Handles the current option. Returns its id if the caller must handle it, 0 if it has been
 * handled, or the negative of an exit status. */
static int take(struct options *options)
{
	struct client *client = options->client;

	switch (options->row->id) {
	case OPTION_SOCKET:
		if (!*options->argument)
			return -options_reject(options, "a path");
		client->socket_path = options->argument;
		return 0;
	case OPTION_OWNER:
		if (!users_find(options->argument, &client->owner))
			return -options_reject(options, "a user's name or number");
		client->has_owner = true;
		return 0;
	case OPTION_JSON:
		client->json = true;
		print_problems_as_json(true);
		return 0;
	case OPTION_QUIET:
		client->quiet = true;
		return 0;
	case OPTION_HELP:
		if (!options->verb || options->verb->flags & VERB_GROUP)
			return OPTION_HELP;
		options_help(options->verb);
		return -STATUS_HELP;
	case OPTION_TAKEN:
		if (!options->client->given)
			options->client->given = must(json_object());
		json_put(options->client->given, options->row->name, json_true());
		options->chosen |= options->row->chooses;
		options->needed |= options->row->needs;
		return -options->row->take(options);
	default:
		if (!options->verb || options->verb->flags & VERB_OWN_OPTIONS)
			return (int)options->row->id;
		options->seen |= 1U << options->row->id;
		return 0;
	}
}

/* Finds --json, even behind an option that is wrong: errors that come before it are JSON, too. */
static void look_for_json(struct options *options)
{
	int c;

	while ((c = next_of_getopt(options)) != -1)
		if (c >= LONG_BASE && options->rows[c - LONG_BASE].row->id == OPTION_JSON)
			print_problems_as_json(true);
	options->started = false;
}

int options_next(struct options *options)
{
	if (!options->started)
		look_for_json(options);
	for (;;) {
		int c = next_of_getopt(options), r;
		size_t i;

		if (c == -1) {
			options->words = options->argv + optind;
			options->n_words = options->argc - optind;
			return OPTION_END;
		}
		if (c == '?' || c == ':')
			return tell_bad_option(options, c == ':');
		options->argument = optarg;
		for (i = 0; i < options->n_rows; i++)
			if (c >= LONG_BASE ? c - LONG_BASE == (int)i
					   : options->rows[i].with_letter &&
						     options->rows[i].row->letter == c)
				break;
		options->row = optarg && options->rows[i].with_argument
				       ? options->rows[i].with_argument
				       : options->rows[i].row;
		/* a row's value becomes JSON, which contains only UTF-8 */
		if (options->argument && options->row->take && !options->row->bytes &&
		    !utf8_is_valid(options->argument))
			return -options_reject(options, "valid UTF-8");
		r = take(options);
		if (r != 0)
			return r;
	}
}

int options_wrong(const struct client *client, const char *format, ...)
{
	_cleanup_text_ struct text text = {0};
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&text, format, arguments);
	va_end(arguments);
	client_problem(client, NULL, "%s", text.data);
	if (client->verb)
		print_hint("`nsctl help %s` explains its use", client->verb);
	else
		print_hint("`nsctl help` lists the commands");
	return STATUS_USAGE;
}

bool options_has(const struct options *options, enum option_id id)
{
	return options->seen & 1U << id;
}

int options_check_text(const struct client *client, const char *word)
{
	return utf8_is_valid(word)
		       ? 0
		       : options_wrong(client, "%s is not valid UTF-8, and cannot be passed on",
				       word);
}

/* Returns true if the value of the last option was a word of its own, as box in --allow box. */
static bool took_word(const struct options *options)
{
	for (int i = 1; options->argument && i < options->argc; i++)
		if (options->argv[i] == options->argument)
			return true;
	return false;
}

/* Returns the first word of the usage that was not given. *ret_size becomes its length, without the
 * dots behind it. */
static const char *missing_word(const struct options *options, int *ret_size)
{
	const char *word = options->verb->usage;

	/* options and words that may be left out do not count */
	for (int skipped = 0;; word += strcspn(word, " ")) {
		word += strspn(word, " ");
		if (!*word || (!strchr("[-.", *word) && skipped++ == options->n_words))
			break;
	}
	*ret_size = (int)strcspn(word, " .");
	return word;
}

/* Returns which object's name the verb's NAME is, for messages: "set". NULL: a new one's. */
static const char *kind_of_name(const struct verb *verb)
{
	if (verb->flags & VERB_MAKES || strcmp(verb->name, "adopt") == 0)
		return NULL;
	if (strncmp(verb->name, "network ", 8) == 0)
		return "network";
	return strncmp(verb->name, "link ", 5) == 0 ? "link" : "set";
}

static int tell_few_words(const struct options *options)
{
	_cleanup_text_ struct text usage = {0}, missing = {0}, lists = {0};
	const char *kind = kind_of_name(options->verb);
	int size;
	const char *word = missing_word(options, &size);

	options_add_usage(&usage, options->verb);
	if (took_word(options))
		return options_wrong(options->client,
				     "too few arguments, as %s is the value of --%s; usage: nsctl "
				     "%s",
				     options->argument, options->row->name, usage.data);
	text_format(&missing, "%.*s", size, word);
	text_add(&lists, "");
	if (kind && strcmp(missing.data, "NAME") == 0) {
		missing.used = 0;
		text_format(&missing, "the NAME of a %s", kind);
		text_format(&lists, "`nsctl %slist` lists the %ss; ",
			    strcmp(kind, "network") == 0 ? "network "
			    : strcmp(kind, "link") == 0	 ? "link "
							 : "",
			    kind);
	} else if (strcmp(missing.data, "SESSION") == 0) {
		text_add(&lists, "`nsctl sessions NAME` lists those of a set; ");
	} else if (strstr(missing.data, "SET")) {
		text_add(&lists, "`nsctl list` lists the sets; ");
	}
	client_problem(options->client, NULL, "too few arguments: %s is missing; usage: nsctl %s",
		       missing.data, usage.data);
	print_hint("%s`nsctl help %s` explains its use", lists.data, options->verb->name);
	return STATUS_USAGE;
}

int options_words(const struct options *options)
{
	const struct verb *verb = options->verb;
	_cleanup_text_ struct text usage = {0};
	int r = 0;

	if (options->n_words < verb->least)
		return tell_few_words(options);
	options_add_usage(&usage, verb);
	if (verb->most != WORDS_ANY && options->n_words > verb->most)
		return options_wrong(options->client, "unexpected argument %s; usage: nsctl %s",
				     options->words[verb->most], usage.data);
	/* JSON contains only UTF-8; a command is sent otherwise */
	for (int i = 0; r == 0 && i < options->n_words && !(verb->flags & VERB_RUNS_COMMAND); i++)
		r = options_check_text(options->client, options->words[i]);
	return r;
}

int options_reject(const struct options *options, const char *wanted)
{
	client_problem(options->client, NULL, "--%s: \"%s\" is not %s", options->row->name,
		       options->argument ? options->argument : "", wanted);
	if (options->verb)
		print_hint("`nsctl help %s` explains its options", options->verb->name);
	return STATUS_USAGE;
}

int options_new_name(const struct client *client, const char *kind, const char *name)
{
	if (!name_is_valid(name))
		return options_wrong(client, "\"%s\" is not a valid name of a %s: " NAME_REASON,
				     name, kind);
	if (client->has_owner)
		return options_wrong(client, "--owner: a %s belongs to the user who makes it",
				     kind);
	return 0;
}
