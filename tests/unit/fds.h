/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counts descriptors, for tests that none is left open. */
#pragma once

#include <dirent.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Returns the number of entries of /proc/self/fd, which a test compares before and after a call. */
static inline size_t count_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(directory);
	while (readdir(directory))
		n++;
	closedir(directory);
	return n;
}
