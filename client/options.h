/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Verbs and their options as tables: one table is what is parsed, and what help prints.
 */
#ifndef NSCTL_CLIENT_OPTIONS_H
#define NSCTL_CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "base.h"
#include "client/connection.h"

/* Every option there is; those of one verb may come from several tables. */
enum option_id {
	OPTION_END,
	/* of nsctl itself, and of every verb */
	OPTION_SOCKET,
	OPTION_OWNER,
	OPTION_JSON,
	OPTION_QUIET,
	OPTION_HELP,
	OPTION_VERSION,
	/* of create (and run) */
	OPTION_MOUNT,
	OPTION_PID,
	OPTION_NET,
	OPTION_UTS,
	OPTION_IPC,
	OPTION_USER_NAMESPACE,
	OPTION_CGROUP,
	OPTION_TIME,
	OPTION_ALL_NAMESPACES,
	OPTION_FORK,
	OPTION_MAP_ROOT,
	OPTION_MAP_CURRENT,
	OPTION_MAP_AUTO,
	OPTION_MAP_USERS,
	OPTION_MAP_GROUPS,
	OPTION_PROPAGATION,
	OPTION_MOUNT_PROC,
	OPTION_NO_MOUNT_PROC,
	OPTION_BIND,
	OPTION_TMPFS,
	OPTION_ROOT,
	OPTION_HOSTNAME,
	OPTION_MONOTONIC,
	OPTION_BOOTTIME,
	OPTION_MEMORY,
	OPTION_TASKS,
	OPTION_CPUS,
	OPTION_LINK,
	OPTION_EGRESS,
	OPTION_DNS,
	OPTION_PUBLISH,
	OPTION_LEASE,
	OPTION_BOOT,
	OPTION_VISIBLE,
	OPTION_IP_NETNS,
	OPTION_LABEL,
	OPTION_EXISTING,
	OPTION_NAME,
	/* of exec, enter and run */
	OPTION_TTY,
	OPTION_NO_TTY,
	OPTION_CHDIR,
	OPTION_ENV,
	OPTION_CLEAN_ENV,
	OPTION_PRESERVE_ENV,
	OPTION_USER,
	OPTION_GROUP,
	OPTION_ONLY,
	OPTION_DETACH,
	OPTION_STATUS_FILE,
	OPTION_NO_INIT,
	/* of the others */
	OPTION_ALL_OWNERS,
	OPTION_GRACE,
	OPTION_ALL,
	OPTION_IGNORE,
	OPTION_SIGNAL,
	OPTION_SESSION,
	OPTION_MORE,
	/* of links and networks */
	OPTION_IMPAIRMENT,
	OPTION_CLEAR,
	OPTION_SUBNET,
};

struct option_row {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* NULL: takes none; "?DIR": may take one, as --name=DIR */
	const char *text;
	enum option_id id;
};

/* Each ends with a row without a name. */
extern const struct option_row options_global[];

enum verb_flags {
	VERB_FIRST_WORD_ENDS = 1, /* options end at the first word: what follows is a COMMAND's */
	VERB_RUNS_COMMAND = 2,	  /* ends with the command's status, or STATUS_OURS */
	VERB_FIRST_LETTERS = 4,	  /* of the tables after the first only the long forms count */
	VERB_GROUP = 8,		  /* has verbs of its own, and tells of --help itself */
};

#define VERB_TABLES 3

struct verb {
	const char *name, *alias;
	const char *usage;   /* what follows the name */
	const char *summary; /* the first line; what follows is told by `help VERB` alone */
	unsigned flags;
	/* NULL: not built yet. 0 (client->status counts), or a status. argv[0] is the verb. */
	int (*run)(struct client *client, const struct verb *verb, int argc, char **argv);
	const struct option_row *options[VERB_TABLES];
};

#define OPTIONS_MAX 80

struct options {
	struct client *client;
	const struct verb *verb; /* NULL: those of nsctl itself */
	int argc;
	char **argv;
	int first;	      /* the first word that is no option, at the end */
	const char *argument; /* of the option at hand, or NULL */
	const struct option_row *row;
	size_t n_rows;
	struct {
		const struct option_row *row;
		const struct option_row *with_argument; /* another one's, by the same name */
		bool with_letter;
	} rows[OPTIONS_MAX];
	char letters[2 * OPTIONS_MAX + 4];
	bool started;
};

void options_init(struct options *options, struct client *client, const struct verb *verb, int argc,
		  char **argv);

/* The next option that is the caller's to handle: its id, OPTION_END, or the negative of a status
 * to end with (wrong usage, told; or help was asked for: -STATUS_HELP). */
int options_next(struct options *options);
/* help has been printed: end with 0 */
#define STATUS_HELP 1000

/* The words that follow: at least least and, unless most is 0, at most most of them. 0 or
 * STATUS_USAGE, told. */
int options_words(const struct options *options, int least, int most);

/* For a verb without options of its own: all of the above. 0 and *ret_first, or a status or
 * -STATUS_HELP. */
int options_only_words(struct client *client, const struct verb *verb, int argc, char **argv,
		       int least, int most, int *ret_first);

/* Tells that the option's argument is not what it must be. Returns STATUS_USAGE. */
int options_reject(const struct options *options, const char *wanted);
/* Whether name may be that of a new KIND ("set", "network"), and it the caller's. 0 or
 * STATUS_USAGE, told. */
int options_new_name(const struct client *client, const char *kind, const char *name);
/* Tells what is wrong with the usage. Returns STATUS_USAGE. */
int options_wrong(const struct client *client, const char *format, ...) _printf_(2, 3);

/* The usage of a verb and its options, to stdout. */
void options_help(const struct verb *verb);
void options_print(const struct option_row *rows, bool letters);

#endif
