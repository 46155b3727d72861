/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verbs as tables, and how one is run. */
#pragma once

#include "client/options.h"

enum verb_flags {
	VERB_FIRST_WORD_ENDS = 1, /* options end at the first word; a COMMAND follows */
	VERB_RUNS_COMMAND = 2,	  /* ends with the command's status, or STATUS_OURS */
	VERB_FIRST_LETTERS = 4,	  /* letters count only in the first table of options */
	VERB_GROUP = 8,		  /* has verbs of its own, and handles --help itself */
	VERB_OWN_OPTIONS = 16,	  /* takes its options itself, by options_next() */
	VERB_MAKES = 32,	  /* its NAME is a new one */
	VERB_HIDDEN = 64,	  /* for programs of ours: no help shows it */
};

#define VERB_TABLES 3
#define WORDS_ANY (-1)

struct verb {
	const char *name, *alias;
	const char *usage;   /* follows the name */
	const char *summary; /* first line, then text that only `help VERB` prints */
	unsigned flags;
	int least, most; /* words; WORDS_ANY: any number */
	/* Runs the verb, after its options were taken and its words counted. Returns 0 (then
	 * client->status is the exit status), an exit status, or the negative of one. */
	int (*run)(struct client *client, struct options *options);
	const struct option_row *options[VERB_TABLES];
	const struct verb *own; /* its verbs, such as "link add"; NULL: none */
	const char *heading;	/* in the list of verbs, above this one; NULL: none */
	const char *page;	/* the manual page that has it; NULL: one of its first word's own */
	const char *examples;	/* lines; NULL: none */
};

/* Finds a verb by its name or its alias, without the name of its group. Returns NULL if there is
 * none. */
const struct verb *verb_find(const struct verb *among, const char *name);

/* Returns the verb's name without that of its group: "add" for "link add". */
const char *verb_last_word(const char *name);

/* Takes the options and runs the verb; argv[0] is its name. Returns the result of verb.run. */
int verb_run(struct client *client, const struct verb *verb, int argc, char **argv);

/* Makes the object of this kind ("set", "network") that the verb's first word names, by this method
 * with the options' parameters, and prints its name, or else the reply; also tells which published
 * ports the daemon has chosen. Returns an exit status. */
int verb_make(struct client *client, struct options *options, const char *kind, const char *method);
