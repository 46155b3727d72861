/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Functions that the tests of the kernel share: children that take orders and report, namespaces
 * by path, waiting for a condition, and a temporary directory. A test mounts everything in a mount
 * namespace of its own, so nothing is left when it ends.
 */
#pragma once

#include <sys/types.h>
#include "base.h"

/* Ordinary uids that need no account. */
#define KERNEL_UID 61001
#define KERNEL_OTHER_UID 61002

#ifndef NS_GET_MNTNS_ID
#define NS_GET_MNTNS_ID _IOR(0xb7, 0x5, uint64_t)
#endif

/* A child and the two pipes to it; both ends are named from the side that uses them. */
struct child {
	pid_t pid;
	int read_fd, write_fd;
};

/* Runs in the child: its return value is the exit status. arg is the caller's. */
typedef int child_body(struct child *parent, void *arg);

/* Forks a child, which dies with the thread that has made it. Aborts the test if fork fails. */
void child_start(struct child *child, child_body *body, void *arg);
/* Send an int through a pipe. hear: -ETIMEDOUT after a generous bound, -EPIPE without a sender. */
void child_say(struct child *other, int value);
int child_hear(struct child *other);
/* Waits (bounded): the exit status, or minus the signal; closes the pipes. */
int child_end(struct child *child);
/* Kills, then as child_end(). */
void child_kill(struct child *child);
/* Starts a child and waits for its end: for steps that cannot be undone. */
int child_run(child_body *body, void *arg);

/* Descriptor of /proc/PID/ns/KIND (pid 0: the caller's own), or -errno. */
int ns_open(pid_t pid, const char *kind);
/* Inode behind the descriptor or the path; 0 when there is none. */
unsigned long inode_of_fd(int fd);
unsigned long inode_of(const char *path);

/* 0 or -errno; write() is called once, as /proc files want it. */
int text_write(const char *path, const char *text);
/* Reads the file, up to size. Returns the length or -errno. */
ssize_t text_read(const char *path, char *text, size_t size);

/* How many lines of a mountinfo file contain word (NULL: all of them). */
int mounts_count(const char *mountinfo, const char *word);

/* Polls until condition() is true; false when a generous bound has passed. */
bool wait_until(bool (*condition)(void *arg), void *arg);

/* Leaves the host's mounts: a mount namespace of the test's own, all private. Aborts on failure. */
void mounts_own(void);
/* A directory of the test's own on a tmpfs, private, seen only by the test; needs mounts_own(). */
const char *mounts_scratch(void);

/* Changes the effective uid and keeps the capabilities, as a maker does. 0 or -errno. */
int euid_change(uid_t uid);
/* Becomes uid entirely: no capability, no groups. 0 or -errno. */
int user_become(uid_t uid);

/* Ends the test with a message: for failures of calls that are not under test, as fork(). */
void fatal(const char *what) __attribute__((noreturn));
