/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a child of a worker becomes a program of the daemon that works for one user, without
 * privilege: a front or a resolver. If a step fails, this writes the reason to the daemon's log and
 * ends the process.
 */
#pragma once

#include "base.h"
#include "daemon/kernel/privilege.h"

#define PROGRAM_FDS_MAX 3

struct program {
	char *name;
	int fd; /* of the executable */
};

/* Moves /dev/null to 0 and 1 and the n descriptors to 3 and the following numbers, and closes all
 * others but stderr. */
void program_place(struct program *program, const int *fds, size_t n);
/* Limits the program's memory. It ends at the limit; when the machine runs out of memory, the
 * kernel kills it before other processes, and long before the keeper. */
void program_limit_memory(const struct program *program, uint64_t bytes);
/* Takes the identity, without any privilege, and executes the program. */
void program_execute(const struct program *program, const struct identity *identity)
	__attribute__((noreturn));
/* Ends the process: it cannot do this step. */
void program_give_up(const struct program *program, const char *step, int negative)
	__attribute__((noreturn));
