/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The base of every file: ownership is visible in the code.
 *
 * A local variable that owns something has a cleanup attribute; take_fd() and take_ptr() give it
 * away. Cleanups preserve errno. Descriptors start at -1. This header depends on libc alone and has
 * no state.
 */
#ifndef NSCTL_BASE_H
#define NSCTL_BASE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Gives a descriptor away: returns it, and leaves -1 behind. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* The same for a pointer; NULL is left behind. */
#define take_ptr(p)                                       \
	({                                                \
		__typeof__(p) *take_ptr_p_ = &(p);        \
		__typeof__(p) take_ptr_v_ = *take_ptr_p_; \
		*take_ptr_p_ = NULL;                      \
		take_ptr_v_;                              \
	})

/* Returns errno as a negative error; never 0, even if the callee did not set it. */
static inline int negative_errno(void)
{
	return errno > 0 ? -errno : -EIO;
}

/* Returns true if a call failed for lack of memory or descriptors. Such a failure says nothing
 * about the object of the call, and may not occur another time. */
static inline bool is_shortage(int negative)
{
	return negative == -ENOMEM || negative == -EMFILE || negative == -ENFILE;
}

#endif
