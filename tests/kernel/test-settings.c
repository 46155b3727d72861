/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 29: settings of ipc and uts namespaces are written by the effective uid of root,
 * not by capabilities; those of an ipc namespace in a user namespace by its root.
 */
#include <fcntl.h>
#include <sched.h>
#include <string.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define SHMMAX "/proc/sys/kernel/shmmax"
#define DOMAIN "/proc/sys/kernel/domainname"

/* Runs in namespaces of its own, with a user's effective uid, then with root's. */
static int body_plain(struct child *parent _unused_, void *arg)
{
	const char *path = arg;

	if (unshare(CLONE_NEWIPC | CLONE_NEWUTS) < 0 || euid_change(KERNEL_UID) < 0)
		return 1;
	if (text_write(path, "1234567") != -EACCES)
		return 2;
	return euid_change(0) == 0 && text_write(path, "1234567") == 0 ? 0 : 3;
}

/* A user namespace of an ordinary user, with an ipc namespace. */
static int body_inside(struct child *parent, void *arg _unused_)
{
	if (euid_change(KERNEL_UID) < 0 || unshare(CLONE_NEWUSER | CLONE_NEWIPC) < 0)
		return 1;
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 2;
}

/* Enters the ipc namespace from outside, and tries both ids. Returns which of them could write: 1
 * for root, 2 for the owner. */
static int body_enter(struct child *parent _unused_, void *arg)
{
	const pid_t *pid = arg;
	int fd = ns_open(*pid, "ipc"), wrote = 0;

	if (setns(fd, CLONE_NEWIPC) < 0)
		return 9;
	if (text_write(SHMMAX, "1234567") == 0)
		wrote |= 1;
	if (euid_change(KERNEL_UID) == 0 && text_write(SHMMAX, "1234568") == 0)
		wrote |= 2;
	return wrote;
}

static void check_user(void)
{
	struct child inside;
	char path[64];
	int wrote;

	child_start(&inside, body_inside, NULL);
	if (child_hear(&inside) < 0)
		fatal("user namespace");
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "/proc/%d/%s", inside.pid,
			       i ? "gid_map" : "uid_map");
		if (text_write(path, "0 61001 1") < 0)
			fatal(path);
	}
	wrote = child_run(body_enter, &inside.pid);
	tap_ok(wrote == 1 || wrote == 2,
	       "only the root user of the host or of the user namespace can write ipc settings");
	tap_is(child_end(&inside), 0, "the process inside ended without an error");
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	tap_is(child_run(body_plain, (void *)SHMMAX), 0,
	       "a user with all capabilities cannot write ipc settings");
	tap_is(child_run(body_plain, (void *)DOMAIN), 0,
	       "a user with all capabilities cannot write uts settings");
	check_user();
	return tap_done();
}
