/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes by descriptor: clone3, pidfds, waiting. A pid alone is never trusted: it goes with a
 * start time or a pidfd.
 */
#ifndef NSCTL_KERNEL_PROCESS_H
#define NSCTL_KERNEL_PROCESS_H

#include <sys/types.h>
#include "base.h"

/*
 * fork with clone3. flags: CLONE_PARENT or 0. cgroup_fd: directory of the cgroup (v2) that the
 * child is born in, or -1. ret_pid_fd: NULL, or where a pidfd of the child goes (in the parent).
 * Returns the pid, 0 in the child, or -errno.
 */
pid_t process_fork(uint64_t flags, int cgroup_fd, int *ret_pid_fd);

/*
 * Runs function(context), which must not return, in a child that is born in cgroup_fd (-1: where
 * the caller is), and waits until it has executed a program or ended: as vfork(2), and as cheap.
 * flags: CLONE_VM, or not where the child needs memory of its own (setns of a time namespace);
 * either way, what it writes to memory is not for the parent. CLONE_PARENT: it is the parent's
 * parent that reaps it. ret_pid_fd: NULL, or where its pidfd goes. Returns the pid, or -errno.
 */
pid_t process_call(uint64_t flags, int cgroup_fd, void (*function)(void *context), void *context,
		   int *ret_pid_fd);

int process_pidfd_open(pid_t pid);	    /* a descriptor (close-on-exec) or -errno */
int process_signal(int pid_fd, int signal); /* 0 or -errno */

/* Waits for the child pid (exited or killed). 0 and the status of waitpid(2), or -errno. */
int process_wait(pid_t pid, int *ret_status);

/* A pidfd of pid if that process was started at start_time (see below), else -ESRCH. */
int process_find(pid_t pid, uint64_t start_time);

/* /proc/PID (O_PATH): what is read below it is of one process. A descriptor or -errno. */
int process_open_directory(pid_t pid);

/* Field 22 of /proc/PID/stat: clock ticks since boot. Never zero for a process. 0: -errno. */
int process_start_time(pid_t pid, uint64_t *ret);

/* True when the process that was started at start_time is ending, or has ended: nothing more is
 * born in a pid namespace whose process 1 it is, although its pidfd may not be readable yet. False
 * when it cannot be told. */
bool process_is_ending(pid_t pid, uint64_t start_time);

/* Whether pid is process 1 of a pid namespace. Returns 1, 0 or -errno. */
int process_is_first(pid_t pid);

/* The inode of the pid namespace that pid is in. Returns 0 or -errno. */
int process_pid_namespace(pid_t pid, ino_t *ret);

/* The pid behind a pidfd: 0 and *ret, -ESRCH (it has ended), or -EINVAL (it is no pidfd). */
int process_pid_of(int pid_fd, pid_t *ret);

/* True when the process has ended (also when it is a zombie). */
bool process_has_ended(int pid_fd);

/* True when every thread of it waits in the kernel where no signal reaches it (state D), or has
 * ended: for the while, SIGKILL does not end the process. False when it cannot be told. */
bool process_is_stuck(pid_t pid);

/* True when it has a capability, in whatever user namespace. False when it cannot be told. */
bool process_has_capability(pid_t pid);

/* Replaces the process by the program behind fd (O_PATH will do). Returns only -errno. */
int process_execute_fd(int fd, char *const *arguments, char *const *environment);

/* Closes every descriptor from first up, but keep (-1: none). */
void process_close_from(int first, int keep);

/* Every signal at its default and unblocked: what the spawner starts with. Its children inherit the
 * first, and process_unblock_signals() is all they need. */
void process_reset_signals(void);
void process_unblock_signals(void);

#endif
