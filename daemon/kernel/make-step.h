/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps by which a maker makes a set of either kind: see make.h for their order. Each returns
 * 0, or -errno and the maker's fault, which names the step.
 */
#ifndef NSCTL_KERNEL_MAKE_STEP_H
#define NSCTL_KERNEL_MAKE_STEP_H

#include "daemon/kernel/init.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/mounts.h"

struct maker {
	const struct host *host;
	const struct task_create *task;
	const struct wire_spec *spec;
	struct identity identity;      /* the caller's */
	gid_t groups[TASK_GROUPS_MAX]; /* storage of identity.groups */
	struct mounts mounts;
	int fds[KIND_COUNT]; /* the new namespaces */
	int inner_fd;	     /* pidfd of the inner process, -1 in a plain set */
	int channel_fd;	     /* of the maker to the inner process, or the other way round */
	pid_t init_pid;
	bool needs_resolver; /* result of resolver_is_needed() */
	uint32_t way_shift;  /* to be reported */
	struct fault fault;
};

bool maker_has(const struct maker *maker, enum kind kind);
/* Sets the fault to errno at that step. Returns -errno. */
int maker_fail(struct maker *maker, enum step step, uint32_t detail);
/* Writes text to an existing file. Returns 0 or -errno, and sets no fault. */
int maker_write(const char *path, const char *text);
/* Returns the identity of inits that run with the host's credentials. */
struct identity maker_init_identity(const struct host *host);

/* Makes the namespaces of the specification for the calling process, charged to the caller; but not
 * the pid namespace of a plain set. */
int maker_make_namespaces(struct maker *maker);
/* Opens the namespaces that pid (0: this process) has just made, except the pid namespace, which
 * has no name before its first process. */
int maker_open_namespaces(struct maker *maker, pid_t pid);
/* Sets up loopback, settings and links, in the new net namespace with the host's ids. */
int maker_set_up_network(struct maker *maker);
int maker_set_hostname(struct maker *maker);
/* Writes the clock offsets. path: timens_offsets of a process that is not yet in the new time
 * namespace. */
int maker_set_clocks(struct maker *maker, const char *path);
/* Sets propagation and mounts. Files are looked up with the rights of files (NULL: the process's
 * own). */
int maker_set_up_mounts(struct maker *maker, const struct identity *files);
/* Mounts the set's own files in /etc, with the host's rights, so the set's user cannot write to
 * them. */
int maker_set_up_resolver(struct maker *maker);
/* Starts process 1. Fills in start's host and spec. */
int maker_start_init(struct maker *maker, struct init_start *start);

#endif
