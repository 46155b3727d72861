/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See help.h. The texts about a verb are in its row of the table. */
#include "client/help.h"

#include "client/print.h"
#include "client/text.h"

/* Words that users of similar programs try, and our command for each. In a group, only the last
 * word of ours is compared: "link delete" leads to "link rm". */
static const struct {
	const char *word, *ours;
} foreign[] = {
	{"remove", "rm"},	  {"delete", "rm"},	  {"del", "rm"},
	{"stop", "rm"},		  {"destroy", "rm"},	  {"rmi", "rm"},
	{"add", "create"},	  {"new", "create"},	  {"make", "create"},
	{"start", "create"},	  {"netns", "create"},	  {"inspect", "show"},
	{"info", "status"},	  {"shell", "enter"},	  {"attach", "enter"},
	{"login", "enter"},	  {"nsenter", "enter"},	  {"unshare", "run"},
	{"events", "monitor"},	  {"watch", "monitor"},	  {"clean", "prune"},
	{"pause", "freeze"},	  {"suspend", "freeze"},  {"unpause", "thaw"},
	{"resume", "thaw"},	  {"extend", "renew"},	  {"compose", "up"},
	{"apply", "up"},	  {"tcpdump", "capture"}, {"identify", "which"},
	{"connect", "link add"},  {"veth", "link add"},	  {"disconnect", "link rm"},
	{"netem", "link impair"}, {"tc", "link impair"},  {"bridge", "network create"},
};

/* Commands of two words whose first one is a verb of ours, too. */
static const struct {
	const char *first, *second, *ours;
} foreign_pairs[] = {
	{"ps", "-a", "list"},
	{"ps", "--all", "list"},
};

static const char *translate(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
		if (strcmp(foreign[i].word, word) == 0)
			return foreign[i].ours;
	return NULL;
}

/* Returns the verb of this whole name, as "list" or "link add", or NULL. */
static const struct verb *find_whole(const struct verb *verbs, const char *name)
{
	for (const struct verb *verb = verbs; verb->name; verb++) {
		const struct verb *found = verb->own ? find_whole(verb->own, name) : NULL;

		if (strcmp(verb->name, name) == 0)
			return verb;
		if (found)
			return found;
	}
	return NULL;
}

/* Returns the only verb whose name begins like this word ("network" for "net"), or NULL. */
static const struct verb *complete(const struct verb *verbs, const char *name)
{
	const struct verb *found = NULL;

	for (const struct verb *verb = verbs; verb->name; verb++) {
		if (verb->flags & VERB_HIDDEN ||
		    strncmp(name, verb_last_word(verb->name), strlen(name)) != 0)
			continue;
		if (found)
			return NULL;
		found = verb;
	}
	return found;
}

/* Returns the verb with this last word, or NULL. */
static const struct verb *find_last_word(const struct verb *verbs, const char *word)
{
	for (const struct verb *verb = verbs; verb->name; verb++)
		if (strcmp(verb_last_word(verb->name), word) == 0)
			return verb;
	return NULL;
}

/* Returns a verb whose last word is spelled almost so, or NULL. */
static const struct verb *find_almost(const struct verb *verbs, const char *word)
{
	for (const struct verb *verb = verbs; verb->name; verb++)
		if (!(verb->flags & VERB_HIDDEN) &&
		    text_is_almost(word, verb_last_word(verb->name)))
			return verb;
	return NULL;
}

/* Returns the verb that is meant by a name that does not exist, or NULL. A word of a similar
 * program comes first: "stop" is not a mistyped "top". */
static const struct verb *guess(const struct verb *verbs, const struct verb *group,
				const char *name)
{
	const struct verb *among = group ? group->own : verbs, *found = NULL;
	const char *ours = translate(name);

	if (ours)
		found = group ? find_last_word(among, ours) : find_whole(verbs, ours);
	if (!found)
		found = find_almost(among, name);
	return found ? found : complete(among, name);
}

static void hint_at(const struct verb *verb)
{
	_cleanup_text_ struct text usage = {0};

	options_add_usage(&usage, verb);
	print_hint("write `nsctl %s`", usage.data);
}

int help_unknown(const struct verb *verbs, const struct verb *group, const char *name)
{
	const char *in_front = group ? group->name : "", *blank = group ? " " : "";
	const struct verb *meant = guess(verbs, group, name);

	print_problem("there is no command %s%s%s", in_front, blank, name);
	if (meant)
		hint_at(meant);
	else
		print_hint("`nsctl help%s%s` lists them", blank, in_front);
	return STATUS_USAGE;
}

bool help_is_foreign(const struct verb *verbs, char *const *words)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign_pairs); i++)
		if (words[1] && strcmp(words[0], foreign_pairs[i].first) == 0 &&
		    strcmp(words[1], foreign_pairs[i].second) == 0) {
			print_problem("there is no command %s %s", words[0], words[1]);
			hint_at(find_whole(verbs, foreign_pairs[i].ours));
			return true;
		}
	return false;
}

/* Prints the first line of a verb's summary. */
static void print_summary(const char *left, int column, const struct verb *verb)
{
	_cleanup_text_ struct text summary = {0};

	text_format(&summary, "%.*s", (int)strcspn(verb->summary, "\n"), verb->summary);
	print_help(left, column, summary.data);
}

void help_all(const struct verb *verbs)
{
	static const char more[] =
		"`nsctl help COMMAND` has the options of a command, with examples; so has `man "
		"nsctl-COMMAND`. DURATION is 90, 90s, 15m, 2h or 1d; SIZE is 512M or 2G.";

	print_text("Usage: nsctl [OPTIONS] COMMAND ...\n"
		   "Makes, keeps, enters and removes sets of Linux namespaces, without root.\n");
	for (const struct verb *verb = verbs; verb->name; verb++) {
		_cleanup_text_ struct text left = {0};

		if (verb->flags & VERB_HIDDEN)
			continue;
		if (verb->heading)
			print_text("\n%s:\n", verb->heading);
		text_format(&left, "  %s", verb->name);
		print_summary(left.data, 14, verb);
	}
	options_print(options_global, true);
	options_print(options_first, true);
	print_text("\n");
	print_help("", 0, more);
}

void help_group(const struct verb *group)
{
	print_text("Usage: nsctl %s %s\n%s.\n\n", group->name, group->usage, group->summary);
	for (const struct verb *verb = group->own; verb->name; verb++) {
		_cleanup_text_ struct text left = {0};

		text_format(&left, "  %s %s", verb_last_word(verb->name), verb->usage);
		print_summary(left.data, 8, verb);
	}
	print_text("\n");
	options_print_common();
	print_text("`nsctl help %s COMMAND` has the options of a command, with examples.\n",
		   group->name);
}

/* --- for programs --- */

/* Prints a field, and the tab or the end of the line after it. */
static void print_field(const char *text, char after)
{
	for (text = text ? text : ""; *text; text += strspn(text, "\n")) {
		int n = (int)strcspn(text, "\n");

		print_text("%.*s%s", n, text, text[n] ? "\\n" : "");
		text += n;
	}
	print_text("%c", after);
}

static void table_options(const char *verb, const struct option_row *rows, bool letters)
{
	for (; rows && rows->name; rows++) {
		const char letter[] = {letters ? rows->letter : '\0', '\0'};

		print_field("option", '\t');
		print_field(verb, '\t');
		print_field(letter, '\t');
		print_field(rows->name, '\t');
		print_field(rows->argument, '\t');
		print_field(rows->text, '\t');
		print_field(rows->heading, '\n');
	}
}

static void table_verbs(const struct verb *verbs)
{
	for (const struct verb *verb = verbs; verb->name; verb++) {
		if (verb->flags & VERB_HIDDEN)
			continue;
		if (verb->heading)
			print_text("heading\t%s\n", verb->heading);
		print_field("verb", '\t');
		print_field(verb->name, '\t');
		print_field(verb->alias, '\t');
		print_field(verb->usage, '\t');
		print_field(verb->summary, '\t');
		if (verb->page)
			print_field(verb->page, '\t');
		else
			print_text("nsctl-%.*s\t", (int)strcspn(verb->name, " "), verb->name);
		print_field(verb->examples, '\n');
		for (size_t i = 0; i < VERB_TABLES; i++)
			table_options(verb->name, verb->options[i], options_have_letters(verb, i));
		if (verb->own)
			table_verbs(verb->own);
	}
}

void help_table(const struct verb *verbs)
{
	table_verbs(verbs);
	table_options("*", options_global, true);
	table_options("", options_first, true);
}
