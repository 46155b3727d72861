/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/mounts.h"
#include "daemon/kernel/process.h"

/* The root, and one tree for each bind mount. */
#define TREES_MAX (SPEC_MOUNTS_MAX + 1)

struct trees {
	int fds[TREES_MAX]; /* detached mounts */
	size_t n;
};

static struct trees list_trees(const struct mounts *mounts, const struct wire_spec *spec)
{
	struct trees trees = {.n = 0};

	if (mounts->root_fd >= 0)
		trees.fds[trees.n++] = mounts->root_fd;
	for (size_t i = 0; i < spec->n_mounts; i++)
		if (mounts->source_fds[i] >= 0)
			trees.fds[trees.n++] = mounts->source_fds[i];
	return trees;
}

static void name_place(size_t i, char ret[static 24])
{
	snprintf(ret, 24, "%zu", i);
}

/* Makes a directory or a file to mount the tree on. Its type is found without asking the tree's
 * file system. */
static int make_place(int directory_fd, const char *name, int tree_fd)
{
	struct statx x;
	int fd;

	if (statx(tree_fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &x) < 0)
		return negative_errno();
	if (!S_ISDIR(x.stx_mode))
		fd = openat(directory_fd, name, O_RDONLY | O_CREAT | O_CLOEXEC, 0400);
	else if (mkdirat(directory_fd, name, 0500) == 0)
		fd = openat(directory_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	else
		fd = -1;
	return fd < 0 ? negative_errno() : fd;
}

/* Attaches the trees in a mount namespace of the process's own that contains nothing else. */
static int stage(const struct trees *trees)
{
	_cleanup_fd_ int top_fd = -1;
	int r = 0;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return negative_errno();
	top_fd = mount_new("tmpfs", 0, NULL);
	r = top_fd < 0 ? top_fd : mount_enter_root(top_fd);
	for (size_t i = 0; r == 0 && i < trees->n; i++) {
		_cleanup_fd_ int place_fd = -1;
		char name[24];

		name_place(i, name);
		place_fd = make_place(top_fd, name, trees->fds[i]);
		r = place_fd < 0 ? place_fd : mount_put(trees->fds[i], place_fd);
	}
	return r;
}

/* Replaces a tree by a copy with the flags that the namespace has locked. The maker shares the
 * table of descriptors, so its descriptor changes, too. */
static int replace(const struct trees *trees, size_t i)
{
	_cleanup_fd_ int fd = -1;
	char name[24];

	name_place(i, name);
	fd = mount_clone(AT_FDCWD, name);
	if (fd < 0)
		return fd;
	return dup3(fd, trees->fds[i], O_CLOEXEC) < 0 ? negative_errno() : 0;
}

static void __attribute__((noreturn)) child_lock(const struct trees *trees, int *ret)
{
	child_ends_with_parent();
	*ret = stage(trees);
	if (*ret == 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		*ret = negative_errno();
	privilege_conceal();
	for (size_t i = 0; *ret == 0 && i < trees->n; i++)
		*ret = replace(trees, i);
	_exit(0);
}

int mounts_lock(const struct mounts *mounts, const struct wire_spec *spec, struct fault *fault)
{
	const struct trees trees = list_trees(mounts, spec);
	int *told, r, status;
	pid_t pid;

	if (trees.n == 0)
		return 0;
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		return fault_set(fault, STEP_FORK, 0, errno);
	*told = -ECHILD; /* the result if the child ends without one */
	pid = process_fork(CLONE_FILES, -1, NULL);
	if (pid == 0)
		child_lock(&trees, told);
	r = pid < 0 ? pid : process_wait(pid, &status);
	if (r == 0)
		r = *told;
	munmap(told, sizeof(*told));
	return r < 0 ? fault_set(fault, STEP_LOCK, 0, -r) : 0;
}
