/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The set whose /etc is being changed, seen from within its mount namespace, and what is mounted
 * there. No function here may allocate memory.
 */
#pragma once

#include "daemon/kernel/resolver-text.h"

#define RESOLVER_SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

/* The set that the process is in. */
struct resolver_place {
	const struct identity *files;
	const struct wire_spec *spec; /* of a new set; NULL: an existing one, with commands in it */
	int mnt_fd;		      /* the set's mount namespace */
	int etc_fd;
};

/* Opens the set's /etc, or opens it again after a mount on it. Returns 0 or -errno. */
int resolver_open_etc(struct resolver_place *place);

/* Leaves the set's mount namespace for a private copy of it, in which mounts can be made that the
 * set never sees. Returns 0 or -errno. */
int resolver_leave_set(void);
/* Moves back into the set's mount namespace. Returns fd. On failure closes fd and returns
 * -errno. */
int resolver_return_to_set(const struct resolver_place *place, int fd);

/* Returns a new, detached, small tmpfs with further MOUNT_ATTR_* attributes, or -errno. */
int resolver_new_tmpfs(unsigned int attributes);
/* Writes a new file. Returns 0 or -errno. */
int resolver_write_file(int directory_fd, const char *name, const struct resolver_text *text);

/*
 * Read-only mounts of files that lie on a tmpfs of ours. From Linux 6.15 on,
 * sets of one task that need the same text share a file. No function here may allocate memory.
 */

struct resolver_file {
	struct resolver_text text;
	unsigned int number; /* 0: this text has not been written yet */
};

/* Forgets the files of an earlier task: successive children share a worker's memory. */
void resolver_files_begin(void);
/* Returns a detached mount of the file, which is written if necessary, or -errno. */
int resolver_file_mount(const struct resolver_place *place, struct resolver_file *file);
