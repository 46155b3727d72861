/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of every verb, and the help about options, see options.h. */
#include "client/print.h"
#include "client/text.h"
#include "client/verb.h"

const struct option_row options_global[] = {
	FIRST_OF("Options of every command", "socket", 0, "PATH",
		 "nsctld's socket (default: $NSCTL_SOCKET, or " DEFAULT_SOCKET ")",
		 HANDLED(SOCKET)),
	OPTION("owner", 0, "USER", "owner of the sets, a name or a number (default: you)",
	       HANDLED(OWNER), .field = "owner"),
	OPTION("json", 0, NULL, "print the reply as JSON, one document in each line",
	       HANDLED(JSON)),
	OPTION("quiet", 0, NULL, "print only what is needed", HANDLED(QUIET)),
	OPTION("help", 'h', NULL, "print this help", HANDLED(HELP)),
	{0},
};

const struct option_row options_first[] = {
	FIRST_OF("Options before the command", "version", 'V', NULL,
		 "print the versions of nsctl and nsctld", HANDLED(VERSION)),
	{0},
};

bool options_have_letters(const struct verb *verb, size_t table)
{
	return table == 0 || !(verb->flags & VERB_FIRST_LETTERS);
}

void options_add_usage(struct text *text, const struct verb *verb)
{
	text_format(text, "%s%s%s", verb->name, *verb->usage ? " " : "", verb->usage);
}

void options_print(const struct option_row *rows, bool letters)
{
	for (; rows && rows->name; rows++) {
		_cleanup_text_ struct text left = {0};
		const char *argument = rows->argument;

		if (rows->heading)
			print_text("\n%s:\n", rows->heading);
		if (letters && rows->letter)
			text_format(&left, "  -%c, --%s", rows->letter, rows->name);
		else
			text_format(&left, "      --%s", rows->name);
		if (argument && *argument == '?')
			text_format(&left, "[=%s]", argument + 1);
		else if (argument)
			text_format(&left, "=%s", argument);
		print_help(left.data, 30, rows->text);
	}
}

void options_print_common(void)
{
	_cleanup_text_ struct text text = {0};

	text_add(&text, "Options of every command (`nsctl help` explains them):");
	for (const struct option_row *row = options_global; row->name; row++) {
		text_format(&text, " --%s", row->name);
		if (row->argument)
			text_format(&text, "=%s", row->argument);
	}
	print_help("", 0, text.data);
}

void options_help(const struct verb *verb)
{
	size_t first = strcspn(verb->summary, "\n");
	_cleanup_text_ struct text usage = {0}, summary = {0}, rest = {0};

	options_add_usage(&usage, verb);
	text_format(&summary, "%.*s.", (int)first, verb->summary);
	print_text("Usage: nsctl %s\n", usage.data);
	print_help("", 0, summary.data);
	if (verb->summary[first]) {
		text_format(&rest, "%s.", verb->summary + first + 1);
		print_help("", 0, rest.data);
	}
	if (verb->alias)
		print_text("Also called %s.\n", verb->alias);
	if (verb->options[0] && !verb->options[0]->heading)
		print_text("\n");
	for (size_t i = 0; i < VERB_TABLES; i++)
		options_print(verb->options[i], options_have_letters(verb, i));
	print_text("\n");
	options_print_common();
	if (verb->examples)
		print_text("\nExamples:\n");
	for (const char *line = verb->examples; line && *line; line += strspn(line, "\n")) {
		int n = (int)strcspn(line, "\n");

		print_text("  %.*s\n", n, line);
		line += n;
	}
}
