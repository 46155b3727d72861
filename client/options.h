/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options as tables. Parsing, help and errors use the same table. */
#pragma once

#include "client/connection.h"

struct options;
struct text;
struct verb;

/* Ids of the options that nsctl or a verb handles itself. The first two values are no such
 * options. */
enum option_id {
	OPTION_END,
	OPTION_TAKEN, /* the function in the option's row handles it */
	/* of nsctl itself, and of every verb */
	OPTION_SOCKET,
	OPTION_OWNER,
	OPTION_JSON,
	OPTION_QUIET,
	OPTION_HELP,
	OPTION_VERSION, /* before a verb only */
	/* of exec, enter and run */
	OPTION_TTY,
	OPTION_NO_TTY,
	OPTION_ENV,
	OPTION_ENV_FILE,
	OPTION_CLEAN_ENV,
	OPTION_PRESERVE_ENV,
	OPTION_STATUS_FILE,
	OPTION_TIMEOUT,
	OPTION_FD,
	OPTION_PRESERVE_FDS,
	OPTION_UNSET_ENV,
	/* of other verbs */
	OPTION_ALL,
	OPTION_IGNORE,
	OPTION_MORE,
	OPTION_CLEAR,
	OPTION_TEXTFILE,
	OPTION_LEARN,
};

/* Everything about an option: how it is typed, its help, and the field of the call's parameters
 * that it fills. Errors about the field name the option instead. */
struct option_row {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* NULL: none; "?DIR": optional, as --name=DIR */
	const char *text;
	const char *heading; /* in help and manual, above this option and the next ones; or NULL */
	const char *field;   /* "spec.limits.memory"; "spec.dns[]" adds to a list */
	/* Puts the argument at the field. Returns 0, or an exit status after reporting an error. */
	int (*take)(struct options *options);
	enum option_id id; /* OPTION_TAKEN if there is a take */
	uint32_t chooses;  /* namespaces that the option selects (KIND_BIT()s) */
	uint32_t needs;	   /* namespaces that the set gets in addition, because of the option */
	bool bytes;	   /* take() accepts an argument that is not UTF-8 */
};

/* A row is written with the macros below. */
#define OPTION(word, short, takes, help, ...)                                           \
	{                                                                               \
		.name = (word), .letter = (short), .argument = (takes), .text = (help), \
		##__VA_ARGS__                                                           \
	}
/* The first of the options below a heading. */
#define FIRST_OF(title, ...) OPTION(__VA_ARGS__, .heading = (title))
#define FILLS(path, function) .field = (path), .take = (function), .id = OPTION_TAKEN
#define HANDLED(what) .id = OPTION_##what
#define TAKEN(function) .take = (function), .id = OPTION_TAKEN
#define CHOOSES(kinds) .take = take_nothing, .id = OPTION_TAKEN, .chooses = (kinds)
#define NEEDS(kinds) .needs = (kinds)
#define BYTES .bytes = true

/* options_global: taken before and after every verb. options_first: taken only before a verb. Every
 * table of options ends with a row without a name. */
extern const struct option_row options_global[];
extern const struct option_row options_first[];

#define OPTIONS_MAX 96

struct options {
	struct client *client;
	const struct verb *verb; /* NULL: options of nsctl itself */
	int argc;
	char **argv;
	char **words; /* words that are no options, ending with NULL */
	int n_words;
	const char *argument; /* of the current option, or NULL */
	const struct option_row *row;
	size_t n_rows;
	struct {
		const struct option_row *row;
		const struct option_row *with_argument; /* another option of the same name */
		bool with_letter;
	} rows[OPTIONS_MAX];
	char letters[2 * OPTIONS_MAX + 4];
	bool started;
	/* Results of the options that were taken. */
	json_t *parameters;	 /* of the call; owned by the caller */
	struct call_fds *fds;	 /* sent with the call; owned by the caller */
	unsigned seen;		 /* bit N: the option with id N was given */
	uint32_t chosen, needed; /* KIND_BIT()s */
	const char *project;	 /* see project.h; NULL: not given */
	const char *with;	 /* see with.h; NULL: not given */
	struct table_choice {	 /* see table.h; NULL: not given */
		const char *columns, *sort;
		bool no_headings;
	} table;
	struct {			      /* see views.h */
		const struct option_row *job; /* NULL: not given */
		const char *workspace;
		bool writable, no_lease;
		bool places_given;
	} views;
};

void options_init(struct options *options, struct client *client, const struct verb *verb, int argc,
		  char **argv);

/* Takes options up to the next one that the caller must handle. Returns that option's id,
 * OPTION_END, or the negative of an exit status after reporting wrong usage (or -STATUS_HELP). */
int options_next(struct options *options);
/* options_next() returns -STATUS_HELP after printing help; nsctl then ends with 0. */
#define STATUS_HELP 1000

/* Returns true if an option that the verb looks for was given. */
bool options_has(const struct options *options, enum option_id id);

/* Checks the number of words that the verb was given. Returns 0, or STATUS_USAGE after reporting
 * the error. */
int options_words(const struct options *options);

/* Returns 0 if the word is UTF-8, as JSON must be, or STATUS_USAGE after reporting that it is
 * not. */
int options_check_text(const struct client *client, const char *word);

/* Reports that the argument of the current option is not what wanted describes ("a size"). Returns
 * STATUS_USAGE. */
int options_reject(const struct options *options, const char *wanted);
/* Returns 0 if name is valid for a new object of this kind ("set", "network") and --owner was not
 * given. Otherwise returns STATUS_USAGE after reporting the error. */
int options_new_name(const struct client *client, const char *kind, const char *name);
/* Reports wrong usage. Returns STATUS_USAGE. */
int options_wrong(const struct client *client, const char *format, ...) _printf_(2, 3);

/* Appends how the verb is written after "nsctl": its name, and its words if it has any. */
void options_add_usage(struct text *text, const struct verb *verb);
/* Prints the usage of a verb, its options and its examples. */
void options_help(const struct verb *verb);
/* Prints a table of options, with its headings; letters: with their letters. */
void options_print(const struct option_row *rows, bool letters);
/* Prints the names of the options that every verb takes. */
void options_print_common(void);
/* Returns true if the options in this table of the verb's have letters. */
bool options_have_letters(const struct verb *verb, size_t table);
