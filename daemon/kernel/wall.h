/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A wall: the namespaces and the root directory of a process, as far as they are not the host's. It
 * is a text, such as "mnt:4026532601 net:4026532604:5120 root:4294967412:0:31:2". Two processes
 * have the same text exactly if they are behind the same wall. A process that has everything of the
 * host's has the text "". Code that only compares walls keeps nothing of the process open
 * (docs/adr/0023-walls.md).
 */
#pragma once

#include "daemon/wire/task.h"

struct wall_root {
	uint64_t mount, inode;
	uint32_t major, minor;
};

/* The host's namespaces and root directory. User namespaces are no part of a wall. */
struct wall_host {
	ino_t inodes[KIND_COUNT]; /* 0: the kernel has no such kind */
	ino_t machine_net;	  /* net namespace of process 1; 0: unknown */
	struct wall_root root;
};

/* The namespaces of a wall, and the root directory; -1: the host's. */
struct wall {
	int fds[KIND_COUNT];
	int root_fd;
};

/* Reads the namespaces and the root directory of the calling process, as those of the host. Returns
 * 0 or -errno. */
int wall_read_host(struct wall_host *ret);

/* Reads the wall of the process whose /proc/PID is open. Asks no file system, because the root may
 * be on a user's file system that does not answer. Returns 0 or -errno. */
int wall_read(int directory_fd, const struct wall_host *host, char ret[static WALL_SIZE]);

/*
 * Returns true if the process whose /proc/PID is open is in the net namespace of process 1. Then it
 * has the machine's network, even if nsctld has another one (NetworkNamespacePath= of its unit). If
 * process 1 may not be looked at, that of the kernel's threads counts.
 */
bool wall_in_machine_net(int directory_fd, const struct wall_host *host);

/* Returns true if the wall contains a namespace of this kind. */
bool wall_has(const char *wall, enum kind kind);

/* Returns true if the mount namespace or the root directory is not the host's. */
bool wall_has_tree(const char *wall);

/*
 * Opens the wall of the caller, for a process that enters it. Returns 0 or -errno; -ESTALE if the
 * caller has ended, or has another wall by now. If the caller has no wall (caller->wall is NULL),
 * it only clears *ret.
 */
int wall_open(const struct task_caller *caller, const struct wall_host *host, struct wall *ret);

/* Enters the namespace of this kind, if the wall has one. Returns 0 or -errno. */
int wall_enter(const struct wall *wall, enum kind kind);
/*
 * Enters the mount namespace. The caller's root directory becomes the working directory; the
 * process's root is that of the mount namespace. *ret_chrooted: these two differ. Returns 0 or
 * -errno.
 */
int wall_enter_tree(const struct wall *wall, bool *ret_chrooted);
