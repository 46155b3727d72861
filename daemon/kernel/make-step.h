/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A maker, and the steps by which it makes a set of either kind: see make.h for their order. Each
 * returns 0 or -errno, and then the maker's fault says which step it was.
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
	gid_t groups[TASK_GROUPS_MAX]; /* behind identity.groups */
	struct mounts mounts;
	int fds[KIND_COUNT]; /* the new namespaces */
	int inner_fd;	     /* pidfd of the inner process, -1 in a plain set */
	int channel_fd;	     /* maker: to the inner process; inner: to the maker */
	pid_t init_pid;
	bool needs_resolver; /* resolver_is_needed() */
	uint32_t way_shift;  /* for the report */
	struct fault fault;
};

bool maker_has(const struct maker *maker, enum kind kind);
/* The fault is errno's, at that step. Returns -errno. */
int maker_fail(struct maker *maker, enum step step, uint32_t detail);
/* Writes text to an existing file: 0 or -errno; no fault. */
int maker_write(const char *path, const char *text);
/* Who process 1 is, where it is nobody of the set's. */
struct identity maker_init_identity(const struct host *host);

/* Makes those of the specification, charged to the caller, for the calling process; but not the pid
 * namespace of a plain set. */
int maker_make_namespaces(struct maker *maker);
/* Opens those that pid (0: this process) has just made; the pid namespace has no name yet, as it
 * has no process. */
int maker_open_namespaces(struct maker *maker, pid_t pid);
/* In the new net namespace, with the ids of the host: loopback, settings, links. */
int maker_set_up_network(struct maker *maker);
int maker_set_hostname(struct maker *maker);
/* path: the timens_offsets of a process that has not entered the new time namespace. */
int maker_set_clocks(struct maker *maker, const char *path);
/* Propagation, and what the specification mounts. files: whose rights look files up; NULL: the
 * process's own. */
int maker_set_up_mounts(struct maker *maker, const struct identity *files);
/* With the host's rights: what the set's user is not to write into. */
int maker_set_up_resolver(struct maker *maker);
/* Process 1; start's host and spec are filled in. */
int maker_start_init(struct maker *maker, struct init_start *start);

#endif
