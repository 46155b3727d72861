/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes by descriptor: clone3, pidfds, waiting. A pid is never trusted alone, but only together
 * with a start time or a pidfd.
 */
#pragma once

#include "base.h"

/*
 * Forks by clone3. flags: CLONE_PARENT or 0. cgroup_fd: directory of the cgroup (v2) that the child
 * is born in, or -1. ret_pid_fd: NULL, or where a pidfd of the child is stored (in the parent).
 * Returns the pid, 0 in the child, or -errno.
 */
pid_t process_fork(uint64_t flags, int cgroup_fd, int *ret_pid_fd);

/*
 * Runs function(context), which must not return, in a child, and waits until the child has executed
 * a program or ended: like vfork(2), and as cheap. The child is born in cgroup_fd (-1: in the
 * caller's cgroup). flags: CLONE_VM, unless the child needs memory of its own (setns() to a time
 * namespace); either way, the parent must not use what the child writes to memory. CLONE_PARENT:
 * the child becomes a child of the caller's parent. Returns the pid, or -errno.
 */
pid_t process_call(uint64_t flags, int cgroup_fd, void (*function)(void *context), void *context);

int process_pidfd_open(pid_t pid);	    /* returns a descriptor or -errno */
int process_signal(int pid_fd, int signal); /* returns 0 or -errno */

/* Waits until the child pid has exited or was killed. Returns 0 and the status of waitpid(2), or
 * -errno. */
int process_wait(pid_t pid, int *ret_status);

/* Returns a pidfd of pid if that process was started at start_time (see below), else -ESRCH. */
int process_find(pid_t pid, uint64_t start_time);

/* Opens /proc/PID as O_PATH, so that all files read below it are about the same process. Returns a
 * descriptor or -errno. */
int process_open_directory(pid_t pid);

/* Reads field 22 of /proc/PID/stat: the start time in clock ticks since boot, which is never zero.
 * Returns 0 or -errno. */
int process_start_time(pid_t pid, uint64_t *ret);

/*
 * Returns true if the process that was started at start_time is ending or has ended. If it is
 * process 1 of a pid namespace, no process can be born there any more, although its pidfd may not
 * be readable yet. Returns false if this is not known.
 */
bool process_is_ending(pid_t pid, uint64_t start_time);

/* Returns 1 if pid is process 1 of a pid namespace, 0 if not, or -errno. */
int process_is_first(pid_t pid);

/* Finds the inode of the pid namespace that pid is in. Returns 0 or -errno. */
int process_pid_namespace(pid_t pid, ino_t *ret);

/* Opens the pid namespace that the process's next child is born into, even if it has no process yet
 * (since Linux 6.11). Returns a descriptor or -errno. */
int process_pid_namespace_of_children(int pid_fd);

/* Finds the pid behind a pidfd. Returns 0, -ESRCH (the process has ended), or -EINVAL (not a
 * pidfd). */
int process_pid_of(int pid_fd, pid_t *ret);

/* Returns true if the process has ended, even if it is still a zombie. */
bool process_has_ended(int pid_fd);

/*
 * Returns true if every thread of the process has ended or waits in the kernel where no signal
 * reaches it (state D). SIGKILL does not end such a process until the wait is over. Returns false
 * if this is not known.
 */
bool process_is_stuck(pid_t pid);

/* Returns true if the process has a capability in any user namespace. Returns false also if this is
 * not known. */
bool process_has_capability(pid_t pid);

/* Replaces the process by the program behind fd, which may be O_PATH. Returns only on failure:
 * -errno. */
int process_execute_fd(int fd, char *const *arguments, char *const *environment);

/* Closes every descriptor from first on, except keep (-1: none). */
void process_close_from(int first, int keep);

/* Resets every signal to its default and unblocks it. The spawner does this once; its children
 * inherit the defaults, and only need process_unblock_signals(). */
void process_reset_signals(void);
void process_unblock_signals(void);
