/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control groups, version 2: to keep track of a set's processes, kill and freeze them. A set has
 * BASE/UID/ID, in which its init lives, and each session a child of that. Everything by directory
 * descriptor and relative path; cgroup v1 hierarchies are never touched.
 */
#ifndef NSCTL_KERNEL_CGROUP_H
#define NSCTL_KERNEL_CGROUP_H

#include <sys/types.h>
#include "base.h"
#include "protocol/name.h"

/* UID/SETID/SESSIONID */
#define CGROUP_PATH_SIZE (11 + 2 * SESSION_SIZE)

/* A descriptor of the hierarchy's root, by a mount of our own that nobody sees (works where
 * nothing or only version 1 is mounted). Needs CAP_SYS_ADMIN. Or -errno. */
int cgroup_open_root(void);

/* Opens the directory path below parent_fd, making what is absent. The descriptor or -errno. */
int cgroup_make(int parent_fd, const char *path);
/* Opens it: -ENOENT when it is absent. */
int cgroup_open(int parent_fd, const char *path);

/* Removes the directory and all cgroups in it, which must hold no process. 0 also when it is
 * absent; -EBUSY. */
int cgroup_remove(int parent_fd, const char *path);

/* Kills every process in it and below. 0 also where there is none. */
int cgroup_kill(int cgroup_fd);
/* 1 when a process is in it or below, 0, or -errno (-ENODEV: it is removed). */
int cgroup_is_populated(int cgroup_fd);
/* Opens cgroup.events; it polls as POLLPRI | POLLERR when something has changed since it was read.
 */
int cgroup_open_events(int cgroup_fd);
/* Reads an opened cgroup.events: 0, *ret_populated and *ret_frozen; -ENODEV when removed. */
int cgroup_read_events(int events_fd, bool *ret_populated, bool *ret_frozen);
/* Waits until nothing is populated, at most that many milliseconds (-1: for ever). 0 or
 * -ETIMEDOUT or -errno. */
int cgroup_wait_empty(int cgroup_fd, int milliseconds);
/* After cgroup_kill(): waits until nothing is populated, unless what is left cannot die: see
 * process_is_stuck(). 0, -EBUSY (it cannot), or -errno. */
int cgroup_wait_killed(int cgroup_fd);

int cgroup_freeze(int cgroup_fd, bool freeze); /* asks; cgroup.events tells when */

/*
 * Calls back for each process in the cgroup itself (deep: and below). name: "" or that of the child
 * cgroup (a session's id). Stops at what callback returns, if not 0. 0, that, or -errno.
 */
int cgroup_each_process(int cgroup_fd, bool deep,
			int (*callback)(pid_t pid, const char *name, void *context), void *context);

/* Sends the signal to each process in it and below but except (0: none). A process that ended
 * meanwhile is no error; one that was born meanwhile may be missed, but SIGKILL with except 0
 * misses none. */
int cgroup_signal(int cgroup_fd, int signal, pid_t except);

/* Moves a process into it; 0: the calling one. One that has ended is no error. 0 or -errno. */
int cgroup_move(int cgroup_fd, pid_t pid);

/* The path of pid's cgroup in the version 2 hierarchy, without the leading slash. 0 or -errno. */
int cgroup_of(pid_t pid, char *ret, size_t size);
/* The same of the process whose /proc/PID directory_fd is. */
int cgroup_of_process(int directory_fd, char *ret, size_t size);

#endif
