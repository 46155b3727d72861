/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of exec, enter and run that are not of spec.c. */
#include "client/verbs.h"
#include "client/parse.h"
#include "client/project.h"
#include "client/take.h"
#include "client/with.h"
#include "protocol/kind.h"

static int take_user(struct options *options)
{
	int64_t id;
	bool is_number = parse_id(options->argument, &id);

	if (!*options->argument)
		return options_reject(options, "a name or a number");
	take_note_value(options);
	/* the last one given counts */
	json_object_del(options->parameters, "user");
	if (strchr(options->argument, ':'))
		return options_reject(options, "a user; its group is another option (--group=GID)");
	json_object_del(options->parameters, "userName");
	json_put(options->parameters, is_number ? "user" : "userName",
		 is_number ? json_integer(id) : json_string(options->argument));
	return 0;
}

const struct option_row run_command_options[] = {
	FIRST_OF("Terminal and descriptors of COMMAND", "tty", 't', NULL,
		 "run COMMAND on a terminal of its own", HANDLED(TTY),
		 .field = "terminalFileDescriptor"),
	OPTION("no-tty", 'T', NULL, "do not give COMMAND a terminal of its own", HANDLED(NO_TTY)),
	OPTION("fd", 0, "N[:M]",
	       "give COMMAND your open descriptor N, there as number M (default: N), unless it is "
	       "a directory (may be repeated)",
	       HANDLED(FD), .field = "descriptors"),
	OPTION("preserve-fds", 0, NULL,
	       "give COMMAND all of your descriptors above 2, at most 16. Without this, COMMAND "
	       "gets pipes that its words name as /dev/fd/N, and those of make's jobserver",
	       HANDLED(PRESERVE_FDS)),

	FIRST_OF("User and rights of COMMAND", "user", 'u', "USER",
		 "run as this user: a uid inside the set; or, in a set with a user namespace, a "
		 "name of its /etc/passwd, which also gives groups, HOME and SHELL",
		 FILLS("user", take_user)),
	OPTION("group", 'g', "GID", "run as this group: a gid inside the set",
	       FILLS("group", take_id)),
	OPTION("no-new-privs", 0, NULL,
	       "setuid programs do not change the user, not even in a set with a user namespace "
	       "(elsewhere they never do)",
	       FILLS("noNewPrivileges", take_true)),
	OPTION("keep-caps", 0, NULL,
	       "keep all capabilities in the set's user namespace, whatever your uid is there",
	       FILLS("keepCapabilities", take_true)),

	FIRST_OF("Time limit and exit status", "timeout", 0, "TIME",
		 "after TIME (90s, 15m, 2h), send SIGTERM to COMMAND, and 10 s later kill it and "
		 "all that it has started; the exit status is 124",
		 HANDLED(TIMEOUT)),
	OPTION("status-file", 0, "FILE",
	       "write the exit status to FILE, if COMMAND was executed and has ended",
	       HANDLED(STATUS_FILE)),

	FIRST_OF("Directory and environment of COMMAND", "chdir", 'C', "DIR",
		 "start in DIR inside (default: this directory or, if the set does not show it, "
		 "your home or /)",
		 FILLS("workingDirectory", take_text)),
	OPTION("env", 'e', "K[=V]",
	       "set the variable K to V or, without =V, to your own value (may be repeated)",
	       HANDLED(ENV), .field = "environment"),
	OPTION("env-file", 0, "FILE",
	       "set the variables in FILE: each line is K=V or K, as for --env; empty lines and "
	       "those that begin with # are left out (may be repeated; the last K counts)",
	       HANDLED(ENV_FILE), BYTES),
	OPTION("unset-env", 0, "K", "do not pass on your variable K (may be repeated)",
	       HANDLED(UNSET_ENV)),
	OPTION("clean-env", 0, NULL, "pass on only TERM, HOME, USER and LOGNAME of your variables",
	       HANDLED(CLEAN_ENV)),
	{0},
};

const struct option_row run_exec_options[] = {
	OPTION("preserve-env", 0, NULL,
	       "with --owner: pass your own variables on, instead of TERM and the variables of the "
	       "owner's login",
	       HANDLED(PRESERVE_ENV)),

	FIRST_OF("Namespaces and processes", "only", 0, "TYPES",
		 "enter only these namespaces of the set (such as mnt,net)",
		 FILLS("namespaces", take_kinds)),
	OPTION("detach", 'd', NULL,
	       "do not wait for COMMAND; print its session. Its output is dropped, unless it goes "
	       "to a file; if stdout is a file, the session is not printed",
	       FILLS("detach", take_true)),
	OPTION("end-all", 0, NULL,
	       "when COMMAND ends, end the processes that it has left in the set, too",
	       FILLS("endAll", take_true)),
	{0},
};

const struct option_row run_run_options[] = {
	FIRST_OF("Set and services", "name", 0, "NAME", "name of the set (default: one is chosen)",
		 FILLS("name", take_name)),
	OPTION("no-init", 0, NULL,
	       "run COMMAND itself as process 1 of the set, in place of a small init; a second ^C "
	       "within 2 s kills it",
	       FILLS("init", take_false)),
	OPTION("with", 0, "FILE",
	       "make the topology in FILE, too, and start its services; when they are ready, run "
	       "COMMAND in a set on the topology's networks; then remove all of it (adds mount and "
	       "net)",
	       TAKEN(with_take), NEEDS(KIND_BIT(KIND_NET) | KIND_BIT(KIND_MNT))),
	PROJECT_OPTION(0, "with --with: the project for all of it (default: one is chosen); "
			  "--name=NAME makes the set PROJECT.NAME (default: PROJECT.run)"),
	{0},
};
