/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Removing a test's directory. */
#pragma once

#include <ftw.h>
#include "base.h"

static inline int tree_remove_one(const char *path, const struct stat *st _unused_,
				  int kind _unused_, struct FTW *where _unused_)
{
	return remove(path);
}

/* Removes a directory with all that is in it. Returns 0, or another number on failure. */
static inline int tree_remove(const char *path)
{
	return nftw(path, tree_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
