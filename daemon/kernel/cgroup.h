/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control groups, version 2: they keep track of a set's processes, and kill and freeze them. A set
 * has the cgroup BASE/UID/ID, which contains its init; each session is a child of that, and so is
 * each set that was made within it; with --cgroup=caller they are below the caller's cgroup. All
 * access is by directory descriptor and relative path. Hierarchies of version 1 are never touched.
 */
#pragma once

#include "daemon/cgroup/read.h"
#include "daemon/wire/task.h"

/* UID/SETID/SESSIONID or, for a set within others, UID/OUTERMOST/set-OUTER/set-SETID/SESSIONID */
#define CGROUP_PATH_SIZE (11 + ABOVE_SIZE + sizeof(SET_WITHIN) + 2 * ID_SIZE)
/* Writes the path of a set's own cgroup, or (session not NULL) of a session's in it, from the
 * directory of all sets' cgroups. */
void cgroup_path(const struct task_set *set, const char *session,
		 char ret[static CGROUP_PATH_SIZE]);

/*
 * The processes of a set are in its own cgroup or, if it has set->callers_cgroup, in one below that
 * cgroup of its caller's, CALLER/nsctl-UID/SETID. The user may do anything in the caller's cgroup,
 * but the cgroups in it are root's. sets_fd is the directory of all sets' cgroups.
 */
#define CALLERS_PREFIX "nsctl-"
#define CGROUP_PROCESSES_SIZE (CALLER_CGROUP_SIZE + sizeof(CALLERS_PREFIX) + CGROUP_PATH_SIZE)
/* Writes the path of the cgroup with the processes of a set or session, from sets_fd. */
void cgroup_path_of_processes(const struct task_set *set, const char *session,
			      char ret[static CGROUP_PROCESSES_SIZE]);
/* Calls act, which is cgroup_open(), cgroup_make() or the like, for that cgroup. Returns what act
 * returns, or -errno; -ENOENT if the caller's cgroup is gone, even if there is a new one with its
 * name. */
int cgroup_of_processes(int sets_fd, const struct task_set *set, const char *session,
			int (*act)(int parent_fd, const char *path));
/* Opens the caller's cgroup of a set that is in one. Returns a descriptor or -errno, as above. */
int cgroup_open_callers(int sets_fd, const struct task_set *set);
/* Returns 1 if the user may make cgroups below this one and move processes there, 0 if not, or
 * -errno. All cgroups belong to root, so for root the cgroup must be marked as delegated by the
 * service manager. */
int cgroup_is_delegated(int cgroup_fd, uid_t uid);

/* Returns a descriptor of the hierarchy's root, or -errno. It is a mount of our own, attached
 * nowhere, so it also works where nothing or only version 1 is mounted. Needs CAP_SYS_ADMIN. */
int cgroup_open_root(void);

/* Opens the cgroup path below parent_fd; makes missing directories. Returns a descriptor or
 * -errno. */
int cgroup_make(int parent_fd, const char *path);
/* Makes and opens the cgroup path below parent_fd, whose parent must exist. Returns a descriptor or
 * -errno. */
int cgroup_make_last(int parent_fd, const char *path);

/* Removes the cgroup and all below it, which must be empty. Returns 0, also if it does not exist,
 * -EBUSY (a process is left in it), or another -errno. */
int cgroup_remove(int parent_fd, const char *path);

/* Kills every process in the cgroup and below. Returns 0, also if there is none, or -errno (-ENOENT
 * or -ENODEV: the cgroup was removed). */
int cgroup_kill(int cgroup_fd);
/* Opens cgroup.events, which polls as POLLPRI | POLLERR when it has changed since it was read.
 * Returns a descriptor or -errno. */
int cgroup_open_events(int cgroup_fd);
/* Reads an open cgroup.events. Returns 0 and fills both, or -errno (-ENODEV: the cgroup was
 * removed). */
int cgroup_read_events(int events_fd, bool *ret_populated, bool *ret_frozen);
/* Waits until no process is left, except one (0: no exception), for at most that many milliseconds
 * (-1: without limit). Returns 0, also if the cgroup is removed meanwhile; -ETIMEDOUT; or another
 * -errno (-ENOENT or -ENODEV: it was removed before). */
int cgroup_wait_empty(int cgroup_fd, pid_t except, int milliseconds);
/* Waits, after cgroup_kill(), until no process is left, or only stuck ones: see process_is_stuck().
 * Kills those, too, that come into the cgroup meanwhile. Returns 0, -EBUSY (stuck processes are
 * left) or another -errno. */
int cgroup_wait_killed(int cgroup_fd);

int cgroup_freeze(int cgroup_fd, bool freeze); /* does not wait: cgroup.events says when */

/*
 * Sends the signal to each process in the cgroup and below, except one (0: no exception) and those
 * outside of a pid namespace (0: no such limit). Processes that have ended meanwhile are ignored.
 * Processes started meanwhile may be missed, but not by SIGKILL without an exception, which goes to
 * all.
 */
int cgroup_signal(int cgroup_fd, int signal, pid_t except, ino_t pid_namespace);

/* Moves a process into the cgroup (0: the caller). A process that has ended is ignored. Returns 0
 * or -errno. */
int cgroup_move(int cgroup_fd, pid_t pid);

/* Finds the path of the cgroup of pid in the version 2 hierarchy, without its leading slash.
 * Returns 0 or -errno. */
int cgroup_of(pid_t pid, char *ret, size_t size);
/* Finds the path of the cgroup of the process whose /proc/PID is open as directory_fd. */
int cgroup_of_process(int directory_fd, char *ret, size_t size);
