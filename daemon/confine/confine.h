/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The start of a process without privilege that reads what strangers send, and its system call
 * filter. A program names what it does after its start; memory, an event loop and the like are
 * allowed to all. It needs no exec, fork, mount or ptrace: a process that asks for these does not
 * run our code any more, and the kernel kills it and logs that.
 */
#pragma once

#include <seccomp.h>
#include "base.h"

/* Reports on stderr what the program cannot do, and why. Returns EXIT_FAILURE. */
int confine_complain(const char *what, int negative);

/*
 * Prepares a program that has been started by nsctld: socket_fd receives its messages, pipe_fd
 * takes its requests, last_fd is the last of its descriptors. Must be called first. Returns 0, or
 * EXIT_FAILURE after reporting the failure.
 */
int confine_begin(int socket_fd, int pipe_fd, int last_fd);

/* A call that is allowed if its argument is so. */
struct confine_condition {
	int number;
	struct scmp_arg_cmp argument;
};

struct confine_calls {
	const int *allowed;
	size_t n_allowed;
	const int *refused; /* calls that a libc may try and can do without; others are fatal */
	size_t n_refused;
	const struct confine_condition *conditional;
	size_t n_conditional;
};

/* A struct confine_calls of three arrays. */
#define CONFINE_CALLS(allowed_calls, refused_calls, conditional_calls)                             \
	{                                                                                          \
		.allowed = (allowed_calls), .n_allowed = ARRAY_SIZE(allowed_calls),                \
		.refused = (refused_calls), .n_refused = ARRAY_SIZE(refused_calls),                \
		.conditional = (conditional_calls), .n_conditional = ARRAY_SIZE(conditional_calls) \
	}

/* Sets the filter for the rest of the process's life. Returns 0 or -errno. */
int confine_enforce(const struct confine_calls *calls);
