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

static int open_with_file_ids(const struct lookup *lookup)
{
	int fd, back, r = privilege_files_as_caller(lookup->files);

	if (r < 0)
		return r;
	fd = open_here(lookup);
	back = privilege_files_as_root();
	if (back == 0)
		return fd;
	close_fd(fd);
	return back;
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

int lookup_open(int directory_fd, const char *path, const struct open_how *how,
		const struct identity *files)
{
	struct lookup lookup = {directory_fd, path, how, files};
	int r = files ? open_with_file_ids(&lookup) : open_here(&lookup);

	return r == -EACCES && files && files->uid != 0 ? open_with_all_ids(&lookup) : r;
}
