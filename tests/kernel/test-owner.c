/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 19: which user is behind a process in a user namespace. NS_GET_PARENT leads up
 * to our own namespace. NS_GET_OWNER_UID of the outermost namespace below it returns the user that
 * made it, whatever the uid and the depth of the process. The only capability that root needs for
 * this is CAP_SYS_PTRACE, to open /proc/PID/ns/user. The test also covers the keeper's protection
 * against the OOM killer, and the memory limit of fronts.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define MEBIBYTE (1024 * 1024)

/* Two user namespaces deep; the outer one maps other ids than its owner's. */
static int body_inside(struct child *parent, void *arg _unused_)
{
	if (euid_change(KERNEL_UID) < 0 || unshare(CLONE_NEWUSER) < 0)
		return 1;
	child_say(parent, 0);
	(void)child_hear(parent);
	/* another user's uid from now on, which makes the second one */
	if (setresgid(7, 7, 7) < 0 || setresuid(7, 7, 7) < 0 || unshare(CLONE_NEWUSER) < 0)
		return 2;
	child_say(parent, 0);
	return child_hear(parent) == -EPIPE ? 0 : 3;
}

/* The capabilities of the calling process: these alone. */
static int keep_capabilities(uint64_t wanted)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{wanted, wanted, 0},
						 {wanted >> 32, wanted >> 32, 0}};

	return (int)syscall(SYS_capset, &header, data);
}

struct looked {
	pid_t pid;
	uint64_t capabilities;
};

/* Looks from outside: 0 when it is as the head of this file says. */
static int body_look(struct child *parent _unused_, void *arg)
{
	const struct looked *looked = arg;
	int own = ns_open(0, "user"), inner, outer, top;
	uid_t uid = 99;

	if (keep_capabilities(looked->capabilities) < 0)
		return 1;
	inner = ns_open(looked->pid, "user");
	if (inner < 0)
		return 2;
	outer = ioctl(inner, NS_GET_PARENT);
	if (outer < 0 || ioctl(inner, NS_GET_OWNER_UID, &uid) < 0 || uid != 200007)
		return 3;
	top = ioctl(outer, NS_GET_PARENT);
	if (top < 0 || inode_of_fd(top) != inode_of_fd(own))
		return 4;
	if (ioctl(outer, NS_GET_OWNER_UID, &uid) < 0 || uid != KERNEL_UID)
		return 5;
	return ioctl(top, NS_GET_PARENT) < 0 && errno == EPERM ? 0 : 6;
}

static void check_owner(void)
{
	struct child inside;
	struct looked looked = {.capabilities = UINT64_C(1) << CAP_SYS_PTRACE};
	char path[64];

	child_start(&inside, body_inside, NULL);
	if (child_hear(&inside) < 0)
		fatal("user namespace");
	looked.pid = inside.pid;
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "/proc/%d/%s", inside.pid,
			       i ? "gid_map" : "uid_map");
		if (text_write(path, "0 200000 100") < 0)
			fatal(path);
	}
	child_say(&inside, 0);
	if (child_hear(&inside) < 0)
		fatal("second user namespace");
	tap_is(child_run(body_look, &looked), 0,
	       "with CAP_SYS_PTRACE, a process finds the owner of the outermost user namespace");
	looked.capabilities = 0;
	tap_is(child_run(body_look, &looked), 2,
	       "without that capability, a process cannot open the namespace");
	tap_is(child_end(&inside), 0, "the process inside ended without an error");
}

/* Checks that anonymous memory counts against RLIMIT_DATA, even untouched. Returns 0 if so. */
static int body_memory(struct child *parent _unused_, void *arg _unused_)
{
	const struct rlimit limit = {64 * MEBIBYTE, 64 * MEBIBYTE};
	void *small, *large;

	if (setrlimit(RLIMIT_DATA, &limit) < 0)
		return 1;
	small = mmap(NULL, 32 * MEBIBYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	large = mmap(NULL, 64 * MEBIBYTE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	return small != MAP_FAILED && large == MAP_FAILED && errno == ENOMEM ? 0 : 2;
}

/* Raised without any right, and inherited. */
static int body_score(struct child *parent _unused_, void *arg _unused_)
{
	char text[32] = "";

	if (keep_capabilities(0) < 0 || text_write("/proc/self/oom_score_adj", "500") < 0)
		return 1;
	return text_read("/proc/self/oom_score_adj", text, sizeof(text)) > 0 && atoi(text) == 500
		       ? 0
		       : 2;
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	check_owner();
	tap_is(child_run(body_memory, NULL), 0, "RLIMIT_DATA bounds anonymous mappings");
	tap_is(child_run(body_score, NULL), 0,
	       "a process without capabilities can raise its oom_score_adj");
	return tap_done();
}
