/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command, as Exec and Run name it. Its layout is in layout.c, like those of layout.h. */
#pragma once

#include "base.h"

#define COMMAND_WORDS_MAX 16
#define COMMAND_WORD_MAX 256

struct wire_word {
	const char *text; /* NULL: empty */
};

enum command_scheduling {
	SCHEDULING_OTHER,
	SCHEDULING_BATCH,
	SCHEDULING_IDLE,
	SCHEDULING_FIFO,
	SCHEDULING_ROUND_ROBIN,
};

/* A descriptor that a command gets above 2. */
#define COMMAND_PASSED_MAX 16
#define PASSED_NUMBER_MAX 1023
struct wire_passed {
	uint32_t number; /* the command's */
	int passed_fd;
};

/*
 * A command. Its arguments and environment are in a sealed memfd that the keeper does not read:
 * uint32_t argc, envc, then argc + envc strings, each with its NUL, and nothing after the last.
 */
struct wire_command {
	int arguments_fd;
	struct wire_word words[COMMAND_WORDS_MAX]; /* the command's beginning, for ListSessions */
	size_t n_words;
	const char *working_directory;
	int working_directory_fd; /* O_PATH of the caller's directory: see Exec in
				     org.nsctl.varlink */
	bool has_user, has_group, has_umask;
	uint32_t user, group;  /* ids in the set's user namespace */
	const char *user_name; /* instead of user: a name in the set's own /etc/passwd */
	uint32_t umask;
	int stdin_fd, stdout_fd, stderr_fd;
	int terminal_fd;
	int terminal_socket_fd; /* the client gets the sides of another terminal by it */
	int status_fd;		/* write end of a pipe */
	struct wire_passed passed[COMMAND_PASSED_MAX];
	size_t n_passed;
	uint32_t kinds; /* namespaces to enter; 0: all of the set's */
	bool detach, new_privileges;
	bool end_all; /* processes that the command leaves are killed */
	bool no_new_privileges;
	bool keep_capabilities; /* it has all of the set's user namespace, whatever its uid is */
	/* what the command inherits from its caller; 0: the default */
	uint32_t personality, scheduling, io_priority;
	uint32_t scheduling_priority; /* 1 to 99 with SCHEDULING_FIFO and SCHEDULING_ROUND_ROBIN */
	uint64_t timer_slack;	      /* nanoseconds */
	bool has_coredump_filter;
	uint32_t coredump_filter;
	bool more; /* a second reply follows when the command has ended */
};
