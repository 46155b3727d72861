/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 3: a mount that a maker makes before `/` is a slave appears on the host. After
 * that, mounts made inside stay inside, and mounts made outside on a shared mount appear inside.
 * `shared` is rslave, then rshared. `private` does neither, but keeps the mounts that it copied.
 * What appears inside is writable, even if everything inside has been made read-only.
 */
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

/* The outer side's shared tmpfs and the places on it. */
static char shared_[64], from_inside_[96], from_outside_[96], from_deeper_[96], before_[96];

static const struct mode {
	const char *name;
	unsigned long first, second;
	bool leaks, follows, siblings;
} modes[] = {
	{"untouched", 0, 0, true, true, true},
	{"slave", MS_SLAVE, 0, false, true, false},
	{"shared (rslave, then rshared)", MS_SLAVE, MS_SHARED, false, true, true},
	{"private", MS_PRIVATE, 0, false, false, false},
};

static bool is_mount(const char *path)
{
	return mounts_count("/proc/self/mountinfo", path) > 0;
}

static int tmpfs_on(const char *path)
{
	return mount("nsctl-test", path, "tmpfs", 0, NULL) < 0 ? -errno : 0;
}

static int make_read_only(void)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	return syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof(attr));
}

static bool is_writable(const char *path)
{
	char file[128];
	_cleanup_fd_ int fd = -1;

	(void)snprintf(file, sizeof(file), "%s/file", path);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd >= 0;
}

/* A mount namespace made inside the set mounts; its maker looks whether that came up to it. */
static int body_deeper(struct child *parent, void *arg _unused_)
{
	if (unshare(CLONE_NEWNS) < 0 || tmpfs_on(from_deeper_) < 0)
		return 1;
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

/* The maker makes the namespace, sets the mode, mounts, and reports what it sees on request. */
static int body_inside(struct child *parent, void *arg)
{
	const struct mode *mode = arg;
	struct child deeper;

	if (unshare(CLONE_NEWNS) < 0)
		return 1;
	if (mode->first && mount(NULL, "/", NULL, MS_REC | mode->first, NULL) < 0)
		return 2;
	if (mode->second && mount(NULL, "/", NULL, MS_REC | mode->second, NULL) < 0)
		return 3;
	if (make_read_only() < 0 || tmpfs_on(from_inside_) < 0)
		return 4;
	child_say(parent, 0);
	if (child_hear(parent) < 0) /* the outside has mounted, and unmounted what was there */
		return 5;
	child_say(parent, is_mount(from_outside_));
	child_say(parent, is_writable(from_outside_));
	child_say(parent, is_mount(before_));
	child_start(&deeper, body_deeper, NULL);
	if (child_hear(&deeper) < 0)
		return 6;
	child_say(parent, is_mount(from_deeper_));
	(void)child_end(&deeper);
	return 0;
}

static void place(char *path, size_t size, const char *name)
{
	(void)snprintf(path, size, "%s/%s", shared_, name);
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		fatal(path);
}

static void outer_make(const char *scratch)
{
	(void)snprintf(shared_, sizeof(shared_), "%s/outer", scratch);
	if (mkdir(shared_, 0755) < 0 || tmpfs_on(shared_) < 0 ||
	    mount(NULL, shared_, NULL, MS_SHARED, NULL) < 0)
		fatal("shared tmpfs");
	place(from_inside_, sizeof(from_inside_), "from-inside");
	place(from_outside_, sizeof(from_outside_), "from-outside");
	place(from_deeper_, sizeof(from_deeper_), "from-deeper");
	place(before_, sizeof(before_), "before");
}

static void outer_clear(void)
{
	const char *const paths[] = {from_inside_, from_outside_, from_deeper_, before_};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		(void)umount2(paths[i], MNT_DETACH);
}

static void check(const struct mode *mode)
{
	struct child inside;
	char what[128];

	if (tmpfs_on(before_) < 0)
		fatal("tmpfs outside");
	child_start(&inside, body_inside, (void *)mode);
	if (child_hear(&inside) != 0)
		fatal(mode->name);
	(void)snprintf(what, sizeof(what), "%s: a mount made inside is%s seen outside", mode->name,
		       mode->leaks ? "" : " not");
	tap_is(is_mount(from_inside_), mode->leaks, what);

	if (tmpfs_on(from_outside_) < 0 || umount2(before_, MNT_DETACH) < 0)
		fatal("outside");
	child_say(&inside, 0);
	(void)snprintf(what, sizeof(what), "%s: a mount made outside %s inside", mode->name,
		       mode->follows ? "appears" : "does not appear");
	tap_is(child_hear(&inside), mode->follows, what);
	(void)snprintf(what, sizeof(what),
		       "%s: a mount from outside is%s writable in a read-only tree", mode->name,
		       mode->follows ? "" : " not");
	tap_is(child_hear(&inside), mode->follows, what);
	(void)snprintf(what, sizeof(what), "%s: a mount that is unmounted outside %s inside",
		       mode->name, mode->follows ? "goes away" : "stays");
	tap_is(child_hear(&inside), !mode->follows, what);
	(void)snprintf(what, sizeof(what), "%s: mount namespaces made inside %s mounts", mode->name,
		       mode->siblings ? "share" : "do not share");
	tap_is(child_hear(&inside), mode->siblings, what);
	(void)snprintf(what, sizeof(what),
		       "%s: a mount made in a mount namespace inside is not seen outside",
		       mode->name);
	if (!mode->leaks)
		tap_ok(!is_mount(from_deeper_), "%s", what);
	tap_is(child_end(&inside), 0, "the process inside ended without an error");
	outer_clear();
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	mounts_own();
	outer_make(mounts_scratch());
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		check(&modes[i]);
	return tap_done();
}
