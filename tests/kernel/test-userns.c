/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 5, 8 and 12: which user owns a user namespace, which users may join it and
 * write its maps, also from two levels above, and how files look in one with a single id.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define OVERFLOW_UID 65534

/* Reads back an offset of the time namespace that is for children. */
static bool offsets_are(pid_t pid, const char *expected)
{
	char path[64], text[128];

	(void)snprintf(path, sizeof(path), "/proc/%d/timens_offsets", pid);
	return text_read(path, text, sizeof(text)) > 0 && strstr(text, expected);
}

/* A maker like the daemon's: root with the caller's euid. Reports the files that it can open. */
static int body_maker(struct child *parent, void *arg _unused_)
{
	struct stat status;
	gid_t group = 0;

	if (euid_change(KERNEL_UID) < 0)
		return 1;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWTIME) < 0)
		return 2;
	child_say(parent, prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	child_say(parent, text_write("/proc/self/uid_map", "0 61001 1"));
	child_say(parent, text_write("/proc/self/timens_offsets", "monotonic 1000 0"));
	if (child_hear(parent) < 0) /* the maps are there */
		return 3;
	child_say(parent, geteuid() == 0);
	child_say(parent, stat("/", &status) < 0 ? -errno : (int)status.st_uid);
	child_say(parent, setgroups(1, &group) < 0 ? -errno : 0);
	return child_hear(parent) == -EPIPE ? 0 : 4;
}

struct join {
	int user_fd, net_fd;
	uid_t uid;
	bool net_first;
};

/* The errno with which joining fails for an ordinary process. */
static int body_join(struct child *parent _unused_, void *arg)
{
	const struct join *join = arg;

	if (user_become(join->uid) < 0)
		return 200;
	if (join->net_first && setns(join->net_fd, CLONE_NEWNET) < 0)
		return errno;
	if (setns(join->user_fd, CLONE_NEWUSER) < 0 || setns(join->net_fd, CLONE_NEWNET) < 0)
		return errno;
	return 0;
}

static void test_maps(struct child *maker, const char *setgroups_rule, int setgroups_result)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", maker->pid);
	tap_is(text_write(path, "0 61001 1"), 0, "the parent can write uid_map");
	(void)snprintf(path, sizeof(path), "/proc/%d/setgroups", maker->pid);
	tap_is(text_write(path, setgroups_rule), 0, "the parent can write setgroups");
	(void)snprintf(path, sizeof(path), "/proc/%d/gid_map", maker->pid);
	tap_is(text_write(path, "0 61001 1"), 0, "the parent can write gid_map");
	(void)snprintf(path, sizeof(path), "/proc/%d/timens_offsets", maker->pid);
	tap_is(text_write(path, "monotonic 1000 0"), 0, "the parent can write timens_offsets");
	tap_ok(offsets_are(maker->pid, "1000"), "the offsets are set");
	child_say(maker, 0);
	tap_is(child_hear(maker), 1, "the owner is uid 0 inside");
	tap_is(child_hear(maker), OVERFLOW_UID,
	       "root's files belong to the overflow uid if a single id is mapped");
	tap_is(child_hear(maker), setgroups_result,
	       setgroups_result
		       ? "setgroups() inside is refused after deny"
		       : "setgroups() inside works if it is allowed and the group is mapped");
}

static void test_maker(const char *setgroups_rule, int setgroups_result)
{
	struct child maker;
	struct join join;
	uid_t owner = 0;

	child_start(&maker, body_maker, NULL);
	tap_ok(child_hear(&maker) != 1, "a maker whose euid has changed is not dumpable");
	tap_is(child_hear(&maker), -EACCES, "such a maker cannot write its own uid_map");
	tap_is(child_hear(&maker), -EACCES, "such a maker cannot write its own timens_offsets");
	test_maps(&maker, setgroups_rule, setgroups_result);

	join.user_fd = ns_open(maker.pid, "user");
	join.net_fd = ns_open(maker.pid, "net");
	tap_is(ioctl(join.user_fd, NS_GET_OWNER_UID, &owner), 0,
	       "NS_GET_OWNER_UID returns the owner");
	tap_is(owner, KERNEL_UID, "the owner is the euid at unshare()");
	(void)child_end(&maker);

	join.uid = KERNEL_UID;
	join.net_first = false;
	tap_is(child_run(body_join, &join), 0,
	       "the owner can join the user namespace, then a namespace that it owns");
	join.net_first = true;
	tap_is(child_run(body_join, &join), EPERM,
	       "the owner cannot join that namespace before the user namespace: EPERM");
	join.uid = KERNEL_OTHER_UID;
	join.net_first = false;
	tap_is(child_run(body_join, &join), EPERM,
	       "another user cannot join the user namespace: EPERM");
	(void)close_fd(join.user_fd);
	(void)close_fd(join.net_fd);
}

/* An ordinary user by itself: 0, or the step that was not as it should be. */
static int body_user(struct child *parent _unused_, void *arg _unused_)
{
	gid_t group = 0;

	if (user_become(KERNEL_UID) < 0 || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
		return 1;
	if (unshare(CLONE_NEWUSER) < 0)
		return errno == EPERM || errno == ENOSPC ? 100 : 2;
	if (text_write("/proc/self/uid_map", "0 61001 1") != 0)
		return 3;
	if (text_write("/proc/self/gid_map", "0 61001 1") != -EPERM)
		return 4;
	if (text_write("/proc/self/setgroups", "deny") != 0)
		return 5;
	if (text_write("/proc/self/gid_map", "0 61001 1") != 0)
		return 6;
	return setgroups(1, &group) == 0 || errno != EPERM ? 7 : 0;
}

/* Full identity maps: root inside is root. */
static int body_identity(struct child *parent, void *arg _unused_)
{
	if (euid_change(KERNEL_UID) < 0 || unshare(CLONE_NEWUSER) < 0)
		return 1;
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 2;
}

static int body_take_root(struct child *parent _unused_, void *arg)
{
	const int *user_fd = arg;

	if (user_become(KERNEL_UID) < 0 || setns(*user_fd, CLONE_NEWUSER) < 0)
		return 1;
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return 2;
	/* a file of the host's root, written by an ordinary user */
	return access("/etc/shadow", W_OK) < 0 ? 3 : 0;
}

static void test_identity(void)
{
	struct child maker;
	char path[64];
	int user_fd, written;

	child_start(&maker, body_identity, NULL);
	(void)child_hear(&maker);
	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", maker.pid);
	written = text_write(path, "0 0 4294967295");
	(void)snprintf(path, sizeof(path), "/proc/%d/gid_map", maker.pid);
	written |= text_write(path, "0 0 4294967295");
	user_fd = ns_open(maker.pid, "user");
	tap_is(written, 0, "root may write identity maps");
	tap_is(child_run(body_take_root, &user_fd), 0,
	       "with identity maps the owner becomes root: map only what the caller owns");
	(void)close_fd(user_fd);
	(void)child_end(&maker);
}

/* In a user namespace of its own, or in one within that: says so, and waits. */
static int body_below(struct child *parent, void *arg _unused_)
{
	if (unshare(CLONE_NEWUSER) < 0)
		return 1;
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 2;
}

/* Stands between: reports the pid of a process below, and writes the map of that process. */
static int body_between(struct child *parent, void *arg _unused_)
{
	struct child below;
	char path[64];

	if (unshare(CLONE_NEWUSER) < 0)
		return 1;
	child_say(parent, 0);
	if (child_hear(parent) < 0) /* the map is there */
		return 2;
	child_start(&below, body_below, NULL);
	(void)child_hear(&below);
	child_say(parent, below.pid);
	if (child_hear(parent) < 0)
		return 3;
	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", below.pid);
	child_say(parent, text_write(path, "0 5 1"));
	return child_end(&below);
}

static void test_below(void)
{
	struct child between;
	char path[64];
	int of_host, of_parent;

	child_start(&between, body_between, NULL);
	(void)child_hear(&between);
	/* the ids of a process must be mapped where it makes a user namespace */
	(void)snprintf(path, sizeof(path), "/proc/%d/gid_map", between.pid);
	tap_is(text_write(path, "5 0 1"), 0,
	       "the parent can write a gid_map that does not begin with 0");
	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", between.pid);
	tap_is(text_write(path, "5 0 1"), 0,
	       "the parent can write a uid_map that does not begin with 0");
	child_say(&between, 0);
	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", child_hear(&between));
	of_host = text_write(path, "0 0 1");
	of_parent = text_write(path, "0 5 1");
	tap_is(of_host, -EPERM,
	       "the host cannot write the map of a namespace below in the host's ids: EPERM");
	tap_is(of_parent, -EPERM, "the host cannot write that map in the parent's ids: EPERM");
	child_say(&between, 0);
	tap_is(child_hear(&between), 0, "the parent can write that map in its own ids");
	(void)child_end(&between);
}

int main(void)
{
	int result;

	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	test_maker("deny", -EPERM);
	test_maker("allow", 0);
	result = child_run(body_user, NULL);
	if (result == 100)
		tap_skip("an ordinary user can write gid_map only after it has denied setgroups",
			 "user namespaces for users");
	else
		tap_is(result, 0,
		       "an ordinary user can write gid_map only after it has denied setgroups");
	test_identity();
	test_below();
	return tap_done();
}
