/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front's directory of cgroups, for tests that make files which read like those of cgroups. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>
#include "daemon/front/front.h"

/* Makes this directory the front's. The test closes CGROUPS_FD. */
static inline void cgroups_begin(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, CGROUPS_FD), CGROUPS_FD);
	if (fd != CGROUPS_FD)
		close(fd);
}
