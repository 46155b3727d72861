/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 9: the kernel charges a namespace to the euid that creates it, for each user
 * namespace on the way up. The limit that is changed here is that of a user namespace of the test's
 * own; the host's stays.
 */
#include <fcntl.h>
#include <sched.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define LIMIT 2

/* Makes LIMIT namespaces and one more, as that euid, and holds them: the errno of the last. */
static int body_fill(struct child *parent, void *arg)
{
	const uid_t *uid = arg;
	int result = 0;

	if (euid_change(*uid) < 0)
		return 1;
	for (int i = 0; i < LIMIT; i++) {
		if (unshare(CLONE_NEWNET) < 0)
			return 2;
		(void)ns_open(0, "net"); /* holds it */
	}
	if (unshare(CLONE_NEWNET) < 0)
		result = errno;
	child_say(parent, result);
	return child_hear(parent) == -EPIPE ? 0 : 3;
}

/* Makes a user namespace with this euid. Returns 0 or the errno. */
static int body_one(struct child *parent _unused_, void *arg)
{
	const uid_t *uid = arg;

	if (euid_change(*uid) < 0)
		return 200;
	return unshare(CLONE_NEWNET) < 0 ? errno : 0;
}

static bool one_works(void *arg)
{
	return child_run(body_one, arg) == 0;
}

/* Within the user namespace, where the maps are the identity; says four results. */
static int body_limited(struct child *parent, void *arg _unused_)
{
	uid_t user = KERNEL_UID, other = KERNEL_OTHER_UID;
	struct child filler;

	if (unshare(CLONE_NEWUSER) < 0)
		return 1;
	child_say(parent, 0);
	if (child_hear(parent) < 0)
		return 2;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return 3;
	child_say(parent, text_write("/proc/sys/user/max_net_namespaces", "2"));
	child_start(&filler, body_fill, &user);
	child_say(parent, child_hear(&filler));
	child_say(parent, child_run(body_one, &user));
	child_say(parent, child_run(body_one, &other));
	(void)child_end(&filler);
	/* given back when the kernel has taken the namespaces apart, a little later */
	child_say(parent, wait_until(one_works, &user));
	return 0;
}

int main(void)
{
	struct child limited;
	char path[64], before[32], after[32];

	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	(void)text_read("/proc/sys/user/max_net_namespaces", before, sizeof(before));
	child_start(&limited, body_limited, NULL);
	tap_is(child_hear(&limited), 0, "the test makes a user namespace");
	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", limited.pid);
	tap_is(text_write(path, "0 0 65536"), 0, "its uids are mapped to the same uids outside");
	(void)snprintf(path, sizeof(path), "/proc/%d/gid_map", limited.pid);
	tap_is(text_write(path, "0 0 65536"), 0, "its gids are mapped to the same gids outside");
	child_say(&limited, 0);
	tap_is(child_hear(&limited), 0, "root inside can set its max_net_namespaces");
	tap_is(child_hear(&limited), ENOSPC,
	       "the kernel refuses one net namespace more than that: ENOSPC");
	tap_is(child_hear(&limited), ENOSPC,
	       "it refuses one to another process with this euid, too");
	tap_is(child_hear(&limited), 0, "it counts the namespaces of another euid separately");
	tap_is(child_hear(&limited), 1, "it allows one again when others have ended");
	tap_is(child_end(&limited), 0, "the process inside ended without an error");
	(void)text_read("/proc/sys/user/max_net_namespaces", after, sizeof(after));
	tap_ok(atol(before) == atol(after), "the host's limit is unchanged");
	return tap_done();
}
