/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 1, 2 and 11: pins are mounts. They are copied into later mount namespaces, where
 * they keep their namespaces alive; so they live in a vault, a mount namespace with nothing else in
 * it, held by one bind mount. Linux 6.18 orders mount namespaces by ids, which each processor hands
 * out in batches.
 *
 * The test's "host" is a mount and a net namespace of its own. A veth's host end tells whether the
 * net namespace with its peer still lives.
 */
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"
#include "tests/kernel/veth.h"

static const char *scratch;

static void path_in(char *path, size_t size, const char *name)
{
	(void)snprintf(path, size, "%s/%s", scratch, name);
}

static void file_new(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		fatal(path);
}

static int pin(int ns_fd, const char *path)
{
	char source[64];

	(void)snprintf(source, sizeof(source), "/proc/self/fd/%d", ns_fd);
	return mount(source, path, NULL, MS_BIND, NULL) < 0 ? -errno : 0;
}

/* A net namespace, held by the descriptor alone, with a veth that is named here. */
static int netns_with_veth(const char *name)
{
	_cleanup_fd_ int own_fd = ns_open(0, "net");
	struct mnl_socket *rtnl = veth_socket(0);
	int netns_fd;

	if (unshare(CLONE_NEWNET) < 0)
		fatal("unshare net");
	netns_fd = ns_open(0, "net");
	if (setns(own_fd, CLONE_NEWNET) < 0 || veth_make(rtnl, name, "inner", netns_fd) < 0)
		fatal("veth");
	(void)mnl_socket_close(rtnl);
	return netns_fd;
}

struct where {
	int cpu; /* -1: wherever */
	unsigned long propagation;
};

/* A mount namespace as arg wants it; lives until its pipe ends. */
static int body_mountns(struct child *parent, void *arg)
{
	const struct where *where = arg;
	cpu_set_t set;

	CPU_ZERO(&set);
	if (where->cpu >= 0)
		CPU_SET(where->cpu, &set);
	if (where->cpu >= 0 && sched_setaffinity(0, sizeof(set), &set) < 0)
		return 1;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | where->propagation, NULL) < 0)
		return 2;
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 3;
}

static void mountns_start(struct child *child, int cpu, unsigned long propagation)
{
	struct where where = {cpu, propagation};

	child_start(child, body_mountns, &where);
	if (child_hear(child) != 0)
		fatal("mount namespace");
}

static void test_copies(void)
{
	_cleanup_fd_ int netns_fd = netns_with_veth("copied");
	struct mnl_socket *events = veth_socket(RTMGRP_LINK);
	unsigned long inode = inode_of_fd(netns_fd);
	char path[64], copy[128];
	struct child later;

	path_in(path, sizeof(path), "net");
	file_new(path);
	tap_is(pin(netns_fd, path), 0, "a net namespace can be pinned by its descriptor");
	netns_fd = close_fd(netns_fd);
	tap_ok(inode_of(path) == inode, "the pin leads to the namespace");
	mountns_start(&later, -1, MS_PRIVATE);
	tap_is(umount2(path, MNT_DETACH), 0, "the pin can be unmounted in this mount namespace");
	(void)snprintf(copy, sizeof(copy), "/proc/%d/root%s", later.pid, path);
	tap_ok(inode_of(copy) == inode, "a mount namespace made meanwhile has a copy of the pin");
	tap_ok(if_nametoindex("copied") > 0, "the copy keeps the net namespace alive");
	(void)child_end(&later);
	tap_ok(veth_wait_gone(events, "copied"), "the net namespace goes with the last copy");
	(void)mnl_socket_close(events);
}

/* Pins a mount namespace made on each of the CPUs in turn until one is taken. */
static int pin_young_mountns(const char *path, unsigned long propagation, int *ret_tries)
{
	cpu_set_t all;
	int result = -EINVAL, tries = 0;

	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		fatal("affinity");
	for (int cpu = 0; cpu < CPU_SETSIZE && result == -EINVAL; cpu++) {
		struct child young;
		int fd;

		if (!CPU_ISSET(cpu, &all))
			continue;
		mountns_start(&young, cpu, propagation);
		fd = ns_open(young.pid, "mnt");
		result = pin(fd, path);
		(void)close_fd(fd);
		(void)child_end(&young);
		tries++;
	}
	*ret_tries = tries;
	return result;
}

static void test_private_parent(void)
{
	char dir[64], path[96];
	_cleanup_fd_ int netns_fd = ns_open(0, "net");
	int tries = 0;

	path_in(dir, sizeof(dir), "shared");
	(void)snprintf(path, sizeof(path), "%s/mnt", dir);
	if (mkdir(dir, 0700) < 0 || mount("nsctl-test", dir, "tmpfs", 0, NULL) < 0 ||
	    mount(NULL, dir, NULL, MS_SHARED, NULL) < 0)
		fatal(dir);
	file_new(path);
	tap_is(pin(netns_fd, path), 0, "a net namespace can be pinned on a shared mount");
	(void)umount2(path, MNT_DETACH);
	tap_is(pin_young_mountns(path, MS_SLAVE, &tries), -EINVAL,
	       "a mount namespace cannot be pinned on a shared mount with receivers: EINVAL");
	tap_is(pin_young_mountns(path, MS_PRIVATE, &tries), 0,
	       "a mount namespace can be pinned on a shared mount without receivers");
	(void)umount2(path, MNT_DETACH);
	if (mount(NULL, dir, NULL, MS_PRIVATE, NULL) < 0)
		fatal(dir);
	tap_is(pin_young_mountns(path, MS_SLAVE, &tries), 0,
	       "a mount namespace of some processor can be pinned on a private mount");
	printf("# taken after %d tries\n", tries);
	(void)umount2(dir, MNT_DETACH);
}

static uint64_t mountns_id(int fd)
{
	uint64_t id = 0;

	return ioctl(fd, NS_GET_MNTNS_ID, &id) < 0 ? 0 : id;
}

/* Tries to pin the older mount namespace from within a younger one, made on the same CPU. */
static int body_pin_older(struct child *parent _unused_, void *arg)
{
	const int *older_fd = arg;

	if (unshare(CLONE_NEWNS) < 0)
		return 200;
	return -pin(*older_fd, "/proc/self/cwd/older") & 0xff;
}

static void test_order(void)
{
	_cleanup_fd_ int own_fd = ns_open(0, "mnt");
	uint64_t own = mountns_id(own_fd);
	cpu_set_t all, one;
	bool as_ordered = true;
	int last = -1;
	char path[64];

	path_in(path, sizeof(path), "older");
	file_new(path);
	if (chdir(scratch) < 0 || sched_getaffinity(0, sizeof(all), &all) < 0)
		fatal("affinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		struct child young;
		int fd, result;

		if (!CPU_ISSET(cpu, &all))
			continue;
		mountns_start(&young, cpu, MS_PRIVATE);
		fd = ns_open(young.pid, "mnt");
		result = pin(fd, path);
		if (result == 0)
			(void)umount2(path, MNT_DETACH);
		/* the id of the younger is the higher one, or the kernel takes it for a loop */
		as_ordered &= result == (mountns_id(fd) > own ? 0 : -EINVAL);
		(void)close_fd(fd);
		(void)child_end(&young);
		last = cpu;
	}
	if (own)
		tap_ok(as_ordered,
		       "a mount namespace can be pinned exactly where its id is the higher one");
	else
		tap_skip("a mount namespace can be pinned exactly where its id is the higher one",
			 "NS_GET_MNTNS_ID");

	CPU_ZERO(&one);
	CPU_SET(last, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		fatal("affinity");
	own_fd = close_fd(own_fd);
	mounts_own(); /* on this CPU, where the namespace of body_pin_older() gets a higher id */
	own_fd = ns_open(0, "mnt");
	tap_is(child_run(body_pin_older, &own_fd), EINVAL,
	       "a mount namespace cannot be pinned in a younger one: EINVAL");
	(void)sched_setaffinity(0, sizeof(all), &all);
}

/* In the vault: pins the descriptors it inherited, as a maker does that has joined. */
static int body_vault(struct child *parent, void *arg)
{
	const int *netns_fd = arg;
	char old[96], proc[96];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 1;
	if (mount("nsctl-test", scratch, "tmpfs", 0, "mode=0700") < 0)
		return 2;
	(void)snprintf(old, sizeof(old), "%s/old", scratch);
	(void)snprintf(proc, sizeof(proc), "%s/proc", scratch);
	if (mkdir(old, 0700) < 0 || mkdir(proc, 0700) < 0 ||
	    mount("proc", proc, "proc", 0, NULL) < 0)
		return 3;
	if (chdir(scratch) < 0 || syscall(SYS_pivot_root, ".", "old") < 0 || chdir("/") < 0 ||
	    umount2("/old", MNT_DETACH) < 0 || rmdir("/old") < 0)
		return 4;
	child_say(parent, mounts_count("/proc/self/mountinfo", NULL));
	file_new("/net");
	child_say(parent, pin(*netns_fd, "/net"));
	return child_hear(parent) == -EPIPE ? 0 : 5;
}

/* A later maker joins through the vault's pin, and pins its own young mount namespace. */
static int body_vault_join(struct child *parent _unused_, void *arg)
{
	const unsigned long *inode = arg;
	_cleanup_fd_ int netns_fd = -1;
	_cleanup_fd_ int vault_fd = -1;
	char path[64];

	path_in(path, sizeof(path), "vault");
	vault_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (vault_fd < 0 || setns(vault_fd, CLONE_NEWNS) < 0)
		return 1;
	netns_fd = open("/net", O_RDONLY | O_CLOEXEC);
	if (inode_of_fd(netns_fd) != *inode)
		return 2;
	return setns(netns_fd, CLONE_NEWNET) < 0 || if_nametoindex("inner") == 0 ? 3 : 0;
}

/* Makes the vault on each CPU until its pin is taken; returns its root, or -1. */
static int vault_new(int netns_fd, const char *path, int host_lines)
{
	cpu_set_t all;
	int root_fd = -1;

	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		fatal("affinity");
	for (int cpu = 0; cpu < CPU_SETSIZE && root_fd < 0; cpu++) {
		struct child vault;
		char root[64];
		int ns_fd, lines, pinned;
		cpu_set_t one;

		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		(void)sched_setaffinity(0, sizeof(one), &one);
		child_start(&vault, body_vault, &netns_fd);
		lines = child_hear(&vault);
		pinned = child_hear(&vault);
		ns_fd = ns_open(vault.pid, "mnt");
		(void)snprintf(root, sizeof(root), "/proc/%d/root", vault.pid);
		if (pin(ns_fd, path) == 0) {
			root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
			tap_is(lines, 2, "the mount table of the vault has a tmpfs and a /proc");
			tap_is(pinned, 0,
			       "a process in the vault can pin a namespace through /proc/self/fd");
			tap_is(mounts_count("/proc/self/mountinfo", NULL), host_lines + 1,
			       "the host's mount table has one line more");
		}
		(void)close_fd(ns_fd);
		(void)child_end(&vault);
	}
	(void)sched_setaffinity(0, sizeof(all), &all);
	return root_fd;
}

static void test_vault(void)
{
	_cleanup_fd_ int netns_fd = netns_with_veth("vaulted");
	unsigned long inode = inode_of_fd(netns_fd);
	struct mnl_socket *events = veth_socket(RTMGRP_LINK);
	_cleanup_fd_ int root_fd = -1;
	_cleanup_fd_ int read_fd = -1;
	struct child later;
	char path[64], copy[128];

	path_in(path, sizeof(path), "vault");
	file_new(path);
	root_fd = vault_new(netns_fd, path, mounts_count("/proc/self/mountinfo", NULL));
	netns_fd = close_fd(netns_fd);
	tap_ok(root_fd >= 0, "a vault is made, and its maker has ended");
	tap_ok(if_nametoindex("vaulted") > 0, "a namespace that is pinned in the vault lives");
	read_fd = openat(root_fd, "net", O_RDONLY | O_CLOEXEC);
	tap_ok(inode_of_fd(read_fd) == inode,
	       "a pin can be opened through a descriptor of the vault's root");
	read_fd = close_fd(read_fd);
	tap_is(child_run(body_vault_join, &inode), 0,
	       "a process can join the vault through its pin, and use a pin in it");

	mountns_start(&later, -1, MS_PRIVATE);
	(void)snprintf(copy, sizeof(copy), "/proc/%d/root%s", later.pid, path);
	tap_ok(inode_of(copy) != inode_of(path),
	       "a pin of a mount namespace is not copied into a mount namespace made later");
	tap_is(umount2(path, MNT_DETACH), 0, "the vault can be unmounted");
	/* neither that nor an open root keeps the mounts in it */
	tap_ok(veth_wait_gone(events, "vaulted"), "the namespaces that were pinned in it are gone");
	(void)child_end(&later);
	read_fd = openat(root_fd, "net", O_RDONLY | O_CLOEXEC);
	tap_ok(read_fd < 0 || inode_of_fd(read_fd) != inode,
	       "a descriptor of its root leads to them no more");
	(void)mnl_socket_close(events);
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	mounts_own();
	scratch = mounts_scratch();
	if (unshare(CLONE_NEWNET) < 0)
		fatal("net namespace of the test's own");
	test_copies();
	test_private_parent();
	test_vault();
	test_order(); /* last: it makes the test's mount namespace anew */
	return tap_done();
}
