/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of exec, enter and run that are not of spec.c: see run.h. */
#include <string.h>

#include "client/verbs.h"
#include "client/memory.h"
#include "client/parse.h"
#include "client/project.h"
#include "client/run.h"
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
	OPTION("tty", 't', NULL, "run the command on a terminal of its own", HANDLED(TTY),
	       .field = "terminalFileDescriptor"),
	OPTION("no-tty", 'T', NULL, "do not give the command a terminal of its own",
	       HANDLED(NO_TTY)),
	OPTION("chdir", 'C', "DIR", "directory to start in", FILLS("workingDirectory", take_text)),
	OPTION("env", 'e', "K[=V]", "set a variable (K alone: with your own value)", HANDLED(ENV),
	       .field = "environment"),
	OPTION("env-file", 0, "FILE",
	       "set the variables in FILE: each line is K=V or K, as for --env; empty lines and "
	       "those that begin with # are left out (may be repeated; the last K counts)",
	       HANDLED(ENV_FILE), BYTES),
	OPTION("clean-env", 0, NULL, "pass on only TERM, HOME, USER and LOGNAME of your variables",
	       HANDLED(CLEAN_ENV)),
	OPTION("user", 'u', "USER",
	       "run as this user: a number, as inside the set, is taken without its account; in a "
	       "set with a user namespace, a name in its own /etc/passwd also gives groups, HOME "
	       "and SHELL",
	       FILLS("user", take_user)),
	OPTION("group", 'g', "GID", "run as this group (a number, as inside the set)",
	       FILLS("group", take_id)),
	OPTION("no-new-privs", 0, NULL,
	       "setuid programs have no effect, not even in a user namespace",
	       FILLS("noNewPrivileges", take_true)),
	OPTION("keep-caps", 0, NULL,
	       "keep all capabilities in the set's user namespace, whatever your uid is there",
	       FILLS("keepCapabilities", take_true)),
	OPTION("unset-env", 0, "K", "do not pass on your variable K", HANDLED(UNSET_ENV)),
	OPTION("fd", 0, "N[:M]", "give COMMAND your descriptor N, as M (no directory is passed)",
	       HANDLED(FD), .field = "descriptors"),
	OPTION("preserve-fds", 0, NULL,
	       "give COMMAND all of your descriptors above 2, at most 16. Without this, COMMAND "
	       "gets pipes that its words name as /dev/fd/N, and those of make's jobserver",
	       HANDLED(PRESERVE_FDS)),
	OPTION("timeout", 0, "TIME",
	       "after TIME (90s, 15m, 2h), send SIGTERM to COMMAND, and 10 s later kill it and all "
	       "that it has started; the exit status is 124",
	       HANDLED(TIMEOUT)),
	OPTION("status-file", 0, "FILE",
	       "write the exit status to FILE, if COMMAND was executed and has ended",
	       HANDLED(STATUS_FILE)),
	{0},
};

const struct option_row run_exec_options[] = {
	OPTION("preserve-env", 0, NULL,
	       "with --owner: pass your own variables on, instead of TERM and the variables of the "
	       "owner's login",
	       HANDLED(PRESERVE_ENV)),
	OPTION("only", 0, "TYPES", "enter only these namespaces of the set (such as mnt,net)",
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
	OPTION("name", 0, "NAME", "name of the set (default: one is chosen)",
	       FILLS("name", take_name)),
	OPTION("no-init", 0, NULL, "run COMMAND as process 1; a second ^C within 2 s kills it",
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
