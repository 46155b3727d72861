/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts nsctl-init, process 1 of a set's pid namespace. */
#pragma once

#include "daemon/kernel/fault.h"

struct init_start {
	const struct host *host;
	const struct wire_spec *spec;
	const struct identity *files;	 /* identity whose rights look up the targets of /proc */
	const struct identity *identity; /* identity that the init runs as */
	bool ends;			 /* SIGTERM ends it when all others in the set have ended */
	bool inner;  /* started from within the user namespace: see init_mount_procs() */
	int join_fd; /* pidfd of a process whose namespaces the init joins first; -1: none */
	int join_flags;
	int mnt_fd; /* a mount namespace that it joins; -1: none */
};

/*
 * Starts nsctl-init as the first process of the pid namespace that the caller's children are born
 * into, and mounts /proc there. Returns its pid, or -errno and *fault. The init stays outside the
 * set's time namespace: a process that shares its memory, as after vfork(2), cannot join one.
 */
pid_t init_start(const struct init_start *start, struct fault *fault);

/*
 * Mounts /proc from outside, after an inner init was started. The caller's children are born into
 * the same pid namespace. This is needed because the kernel lets a user namespace mount /proc only
 * where a /proc is visible already, and below a root directory of the set's own there is none. An
 * inner init also keeps the caller's groups, because it may not change them. Returns 0, or -errno
 * and *fault.
 */
int init_mount_procs(const struct init_start *start, struct fault *fault);
