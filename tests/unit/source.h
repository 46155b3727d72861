/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files of the source tree, for tests that read some. */
#pragma once

#include <limits.h>

#include "base.h"

/* Returns the path of a file of the source tree, which the next call overwrites. Where make has not
 * said which tree that is, it is the working directory. */
static inline const char *source_path(const char *name)
{
	static char path[2 * PATH_MAX];
	const char *top = getenv("TOP_SRCDIR");

	(void)snprintf(path, sizeof(path), "%s/%s", top ? top : ".", name);
	return path;
}
