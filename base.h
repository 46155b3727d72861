/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The base of every file: the code shows which variable owns a descriptor or memory.
 *
 * A variable that owns something has a cleanup attribute, which releases it at the end of the
 * block. take_fd() and take_ptr() pass it on: the variable then owns nothing. A cleanup preserves
 * errno. A variable for a descriptor starts at -1. This header depends only on libc and has no
 * state. It gives every file the headers of libc that most need, so these are not included again.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _cleanup_fd_ _cleanup_(cleanup_fd)
#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_file_ _cleanup_(cleanup_file)
#define _printf_(at, first) __attribute__((format(printf, at, first)))
#define _unused_ __attribute__((unused))

/* Closes fd if it is open, preserves errno, and returns -1: `fd = close_fd(fd)` closes and
 * clears. */
static inline int close_fd(int fd)
{
	if (fd >= 0) {
		int saved = errno;

		/* no retry on EINTR: Linux has released the number already */
		(void)close(fd);
		errno = saved;
	}
	return -1;
}

static inline void cleanup_fd(int *fd)
{
	*fd = close_fd(*fd);
}

static inline void cleanup_free(void *pointer)
{
	int saved = errno;

	free(*(void **)pointer);
	errno = saved;
}

static inline void cleanup_file(FILE **file)
{
	int saved = errno;

	if (*file)
		(void)fclose(*file);
	errno = saved;
}

/* Returns *fd and sets it to -1, so that its cleanup does not close the descriptor. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Opens a directory for readdir(3), but not by a symbolic link. Returns NULL and sets errno if it
 * cannot. */
static inline DIR *directory_open(int parent_fd, const char *path)
{
	int fd = openat(parent_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory)
		close_fd(fd);
	return directory;
}

/* Returns the pointer p and sets p to NULL, so that its cleanup does not free the memory. */
#define take_ptr(p)                                       \
	({                                                \
		__typeof__(p) *take_ptr_p_ = &(p);        \
		__typeof__(p) take_ptr_v_ = *take_ptr_p_; \
		*take_ptr_p_ = NULL;                      \
		take_ptr_v_;                              \
	})

/* Returns the first item of a list, which is called at in the condition, for which the condition is
 * true. Returns NULL if there is none. */
#define LIST_FIND(head, at, next, condition)      \
	({                                        \
		__typeof__(&*(head)) at = (head); \
		while (at && !(condition))        \
			at = at->next;            \
		at;                               \
	})

/* Puts item before the list that begins with head. */
#define LIST_PUSH(head, item, next)    \
	do {                           \
		(item)->next = (head); \
		(head) = (item);       \
	} while (0)

/* Takes item out of the list that begins with head, if it is there. next: the member of an item
 * that leads to the one behind it. */
#define LIST_DROP(head, item, next)                                \
	do {                                                       \
		__typeof__(head) *list_drop_at_ = &(head);         \
		while (*list_drop_at_ && *list_drop_at_ != (item)) \
			list_drop_at_ = &(*list_drop_at_)->next;   \
		if (*list_drop_at_)                                \
			*list_drop_at_ = (item)->next;             \
	} while (0)

/* Returns errno as a negative number. Never returns 0: if errno is not set, returns -EIO. */
static inline int negative_errno(void)
{
	return errno > 0 ? -errno : -EIO;
}

/* Returns true if a call failed for lack of memory or descriptors. Such a failure says nothing
 * about the object of the call, and the same call may succeed later. */
static inline bool is_shortage(int negative)
{
	return negative == -ENOMEM || negative == -EMFILE || negative == -ENFILE;
}
