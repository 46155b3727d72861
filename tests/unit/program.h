/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of a program: where it is, and waiting for what it does. Every wait has a generous
 * bound. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include "base.h"

#define WAIT_MS 600000

/* Writes the path of a program of this build. */
static inline void find_program(const char *name, char ret[static PATH_MAX])
{
	const char *build = getenv("NSCTL_BUILD");
	char own[PATH_MAX], *slash;
	ssize_t n;

	if (build) {
		assert_in_range(snprintf(ret, PATH_MAX, "%s/%s", build, name), 1, PATH_MAX - 1);
		return;
	}
	/* this program is BUILD/tests/unit/test-... */
	n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	assert_true(n > 0);
	own[n] = '\0';
	for (int i = 0; i < 3; i++) {
		slash = strrchr(own, '/');
		assert_non_null(slash);
		*slash = '\0';
	}
	assert_in_range(snprintf(ret, PATH_MAX, "%s/%s", own, name), 1, PATH_MAX - 1);
}

static inline void wait_for(int fd, short events)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};
	int r;

	do
		r = poll(&poll_fd, 1, WAIT_MS);
	while (r < 0 && errno == EINTR);
	assert_int_equal(r, 1);
}

static inline bool is_ready(int fd, short events)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};

	return poll(&poll_fd, 1, 0) == 1;
}
