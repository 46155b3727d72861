/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/syscall.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/lookup.h"
#include "daemon/kernel/pass.h"
#include "daemon/kernel/process.h"

struct lookup {
	int directory_fd;
	const char *path;
	const struct open_how *how;
	const struct identity *files;
};

static int open_here(const struct lookup *lookup)
{
	int fd = syscall(SYS_openat2, lookup->directory_fd, lookup->path, lookup->how,
			 sizeof(*lookup->how));

	return fd < 0 ? negative_errno() : fd;
}

/* Opens all paths with the file system ids of `files`, and without any capability. If the process
 * cannot take these ids, sets all fds to that error. */
static void open_with_file_ids(struct lookup lookup, const char *const paths[], size_t n, int fds[])
{
	int r = privilege_look_as_caller(lookup.files);

	for (size_t i = 0; i < n; i++) {
		lookup.path = paths[i];
		fds[i] = r < 0 ? r : open_here(&lookup);
	}
	if (r == 0)
		privilege_look_as_root();
}

/* --- by a child with all of the user's ids --- */

/* Looks the path up with all of the user's ids. The user has full power over this process, so it
 * holds nothing of value. */
static void __attribute__((noreturn)) child_look_up(void *context, int channel_fd)
{
	struct lookup *lookup = context;
	int fd;

	child_begin();
	if (dup2(channel_fd, 0) < 0 ||
	    (lookup->directory_fd >= 0 && dup2(lookup->directory_fd, 1) < 0))
		_exit(EXIT_FAILURE);
	process_close_from(2, -1);
	if (lookup->directory_fd >= 0)
		lookup->directory_fd = 1;
	fd = privilege_drop(lookup->files, false);
	if (fd == 0)
		fd = open_here(lookup);
	pass_send(0, fd);
	_exit(EXIT_SUCCESS);
}

static int open_with_all_ids(struct lookup *lookup)
{
	int fd = pass_from_child(child_look_up, lookup);

	return fd == -EPIPE ? -EACCES : fd; /* a child that was killed had no access */
}

void lookup_open_all(int directory_fd, const char *const paths[], size_t n,
		     const struct open_how *how, const struct identity *files, int fds[])
{
	if (files)
		open_with_file_ids((struct lookup){directory_fd, NULL, how, files}, paths, n, fds);
	for (size_t i = 0; i < n; i++) {
		struct lookup lookup = {directory_fd, paths[i], how, files};

		if (!files)
			fds[i] = open_here(&lookup);
		else if (fds[i] == -EACCES && files->uid != 0)
			fds[i] = open_with_all_ids(&lookup);
	}
}

int lookup_open(int directory_fd, const char *path, const struct open_how *how,
		const struct identity *files)
{
	int fd;

	lookup_open_all(directory_fd, &path, 1, how, files, &fd);
	return fd;
}
