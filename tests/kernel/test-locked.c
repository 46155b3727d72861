/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 16, flags of mounts: a detached copy that is attached in a mount namespace of a
 * user namespace's has flags that root in there may clear. Those of a mount namespace that was
 * copied into one of another user namespace are locked, with the mounts themselves: docs/adr/0019.
 */
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base.h"
#include "daemon/kernel/mount.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

static char tree[96], covered[128], target[96], inside[128];

/* A read-only mount without devices, in which something is covered by another. */
static void make_tree(void)
{
	const char *scratch = mounts_scratch();

	(void)snprintf(tree, sizeof(tree), "%s/tree", scratch);
	(void)snprintf(covered, sizeof(covered), "%s/covered", tree);
	(void)snprintf(target, sizeof(target), "%s/target", scratch);
	(void)snprintf(inside, sizeof(inside), "%s/covered", target);
	if (mkdir(tree, 0755) < 0 || mkdir(target, 0755) < 0 ||
	    mount("none", tree, "tmpfs", 0, NULL) < 0 || mkdir(covered, 0755) < 0 ||
	    mount("none", covered, "tmpfs", 0, NULL) < 0 ||
	    mount(NULL, tree, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV, NULL) < 0)
		fatal("mount");
}

static int attach(int tree_fd)
{
	int target_fd = open(target, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return target_fd < 0 ? -errno : mount_put(tree_fd, target_fd);
}

/* Reports the errors that root inside gets for clearing the flags, and for unmounting what covers
 * something, and the mount itself. */
static int body_root_inside(struct child *parent, void *arg)
{
	const bool *before = arg;
	int tree_fd = mount_clone(AT_FDCWD, tree);

	if (tree_fd < 0 || (*before && attach(tree_fd) < 0))
		return 1;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return 2;
	if (!*before && attach(tree_fd) < 0)
		return 3;
	child_say(parent, mount(NULL, target, NULL, MS_REMOUNT | MS_BIND, NULL) < 0 ? errno : 0);
	child_say(parent, umount2(inside, MNT_DETACH) < 0 ? errno : 0);
	child_say(parent, umount2(target, MNT_DETACH) < 0 ? errno : 0);
	return 0;
}

static void check(bool before, int flags, int unmounted, const char *what)
{
	struct child child;

	child_start(&child, body_root_inside, &before);
	tap_is(child_hear(&child), flags, what);
	tap_is(child_hear(&child), unmounted,
	       "... and the same holds for unmounting a mount that covers something");
	tap_is(child_hear(&child), unmounted, "... and for unmounting the copy itself");
	tap_is(child_end(&child), 0, "... and the process ended without an error");
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	mounts_own();
	make_tree();
	check(false, 0, 0,
	      "root inside can clear the flags of a copy that is attached after unshare()");
	check(true, EPERM, EINVAL,
	      "root inside cannot clear the flags of a copy that was attached before unshare()");
	return tap_done();
}
