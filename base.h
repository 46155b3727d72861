/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What every file of the project starts from: ownership made visible.
 *
 * A local that owns something carries a cleanup attribute; giving it away is said with take_fd() or
 * take_ptr(). Cleanups keep errno. Descriptors start at -1. This header depends on libc alone and
 * has no state.
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

/* Closes fd when it is one, keeps errno, returns -1: `fd = close_fd(fd)` closes and clears. */
static inline int close_fd(int fd)
{
	if (fd >= 0) {
		int saved = errno;

		/* never again on EINTR: Linux has released the number already */
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

/* Hands the descriptor to somebody else: returns it and leaves -1 behind. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* The same for a pointer; NULL stays behind. */
#define take_ptr(p)                                       \
	({                                                \
		__typeof__(p) *take_ptr_p_ = &(p);        \
		__typeof__(p) take_ptr_v_ = *take_ptr_p_; \
		*take_ptr_p_ = NULL;                      \
		take_ptr_v_;                              \
	})

/* errno as a negative error; never 0, whatever a broken callee left. */
static inline int negative_errno(void)
{
	return errno > 0 ? -errno : -EIO;
}

/* Whether a call failed for want of memory or descriptors: it says nothing about what it was to
 * look at, and would do so another time. */
static inline bool is_shortage(int negative)
{
	return negative == -ENOMEM || negative == -EMFILE || negative == -ENFILE;
}

#endif
