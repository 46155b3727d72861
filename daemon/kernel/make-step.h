/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The steps by which a maker makes a set, with or without a user namespace: make.c has their order.
 * Each step returns 0, or -errno and the maker's fault, which names the step.
 */
#pragma once

#include "daemon/kernel/init.h"
#include "daemon/kernel/mounts.h"

struct maker {
	const struct host *host;
	const struct task_create *task;
	const struct wire_spec *spec;
	struct identity identity;      /* the caller's */
	gid_t groups[TASK_GROUPS_MAX]; /* storage of identity.groups */
	struct wall wall;	       /* the caller's */
	int home_fd;   /* the user namespace that the caller is in; -1: the host's */
	int time_fd;   /* the host's time namespace, if the wall has another one; else -1 */
	bool chrooted; /* the caller's root is not that of its mount namespace */
	struct mounts mounts;
	int fds[KIND_COUNT]; /* the new namespaces */
	int inner_fd;	     /* pidfd of the inner process, -1 in a plain set */
	int channel_fd;	     /* in the maker: to the inner process; there: to the maker */
	/* cgroup.procs of the set's own cgroup, and of that below the caller's; -1: the set is not
	 * in its caller's cgroup */
	int own_procs_fd, callers_procs_fd;
	pid_t init_pid;
	bool needs_resolver; /* result of resolver_is_needed() */
	uint32_t way_shift;  /* how far the way out was moved on in the pools, for the report */
	uint32_t foreign;    /* for the report, when namespaces are adopted; so are these: */
	struct wire_map uid_map, gid_map;
	struct fault fault;
};

static inline bool maker_has(const struct maker *maker, enum kind kind)
{
	return maker->spec->kinds & KIND_BIT(kind);
}

/* Returns true if an inner process makes the namespaces, below the host's user namespace (see
 * make-user.c). */
static inline bool maker_has_inner(const struct maker *maker)
{
	return maker_has(maker, KIND_USER) || maker->home_fd >= 0;
}

/* Sets the fault to errno at that step. Returns -errno. */
int maker_fail(struct maker *maker, enum step step, uint32_t detail);
/* Writes text to an existing file. Returns 0 or -errno, and sets no fault. */
int maker_write(const char *path, const char *text);
/* Returns the identity of inits that run with the host's credentials. */
struct identity maker_init_identity(const struct host *host);

/* Checks that the caller's BPF programs are the sets', too. Opens the caller's wall, and checks
 * that it is the one that the task names. Opens the user namespace that the caller is in, if that
 * is a set's. */
int maker_open_wall(struct maker *maker);
/* Enters the wall's namespaces, except the mount and the pid namespace. */
int maker_enter_wall(struct maker *maker);
/* Returns to the host's time namespace, because the start times in /proc depend on it. */
int maker_leave_time(struct maker *maker);
/* Clones the sources of mounts in the caller's tree, and returns to the host's. */
int maker_prepare_mounts(struct maker *maker);

/*
 * The following functions do nothing unless the set is in its caller's cgroup. The maker is born
 * below that cgroup, so that the kernel charges the cgroup for the namespaces, and a cgroup
 * namespace begins there. But the user can freeze, kill and move processes there. So the maker goes
 * to the set's own cgroup before it takes any lock. The init is born in the set's own cgroup, and
 * is moved last: if the maker is killed before that, the init is found there. The files are opened
 * first, because with nsdelegate a cgroup namespace is a barrier.
 */
int maker_open_cgroups(struct maker *maker);
/* Moves a process (0: this one) to the set's own cgroup. */
int maker_enter_own_cgroup(struct maker *maker, pid_t pid);
/* Moves the init to the cgroup below the caller's. */
int maker_move_init(struct maker *maker);

/* Opens the namespaces that the task says to adopt, instead of making any. */
int maker_adopt(struct maker *maker);

/* Makes the namespaces of the specification for the calling process, charged to the caller; but not
 * the pid namespace of a plain set. */
int maker_make_namespaces(struct maker *maker);
/* Opens the namespaces that pid (0: this process) has just made, except the pid namespace, which
 * has no name before its first process. */
int maker_open_namespaces(struct maker *maker, pid_t pid);
/* Sets up loopback, settings and links, in the new net namespace with the host's ids. */
int maker_set_up_network(struct maker *maker);
int maker_set_hostname(struct maker *maker);
/* Writes the settings of the ipc and the uts namespace. */
int maker_set_settings(struct maker *maker);
/* Writes the clock offsets. path: timens_offsets of a process that is not yet in the new time
 * namespace. */
int maker_set_clocks(struct maker *maker, const char *path);
/* Makes a mount namespace, a copy of the process's own, and opens it. */
int maker_make_mount_namespace(struct maker *maker);
/* Makes the mount namespace of a plain set whose caller has another tree than the host; otherwise
 * does nothing. Must be called after the network is made, because that needs paths of the host. */
int maker_make_tree(struct maker *maker);
/* Enters the caller's mount namespace, if it is not the host's. The caller's root becomes the
 * working directory. */
int maker_enter_tree(struct maker *maker);
/* Makes a pid namespace within the caller's. The maker's next child is born into it. */
int maker_make_pid_namespace(struct maker *maker);
/* Sets propagation and mounts. */
int maker_set_up_mounts(struct maker *maker);
/* Mounts the set's own files in /etc, with the host's rights, so the set's user cannot write to
 * them. */
int maker_set_up_resolver(struct maker *maker);
/* Starts process 1. Fills in start's host and spec. */
int maker_start_init(struct maker *maker, struct init_start *start);

/* Makes a set with a user namespace, or within one, by two processes: see make.c. */

/* Makes the whole set except its pins. Returns 0, or -errno and the maker's fault. */
int make_with_user(struct maker *maker);
