/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Read-only mounts of files that lie on a tmpfs of ours. From Linux 6.15 on,
 * sets of one task that need the same text share a file. No function here may allocate memory.
 */
#pragma once

#include "daemon/kernel/resolver-place.h"

struct resolver_file {
	struct resolver_text text;
	unsigned int number; /* 0: this text has not been written yet */
};

/* Forgets the files of an earlier task: successive children share a worker's memory. */
void resolver_files_begin(void);
/* Returns a detached mount of the file, which is written if necessary, or -errno. */
int resolver_file_mount(const struct resolver_place *place, struct resolver_file *file);
