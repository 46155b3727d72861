/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 18: a maker has its caller's effective uid, and real and saved uid 0
 * (daemon/kernel/privilege.c). The kernel charges namespaces to the effective uid
 * (tests/kernel/test-limits.c) and makes it the owner of user namespaces; the maker keeps its
 * capabilities. Signals and limits need
 * the real or saved uid; where the effective one would do (priority, processors), the kernel also
 * wants all of the target's capabilities.
 *
 * The real uid may be that of another: it is, where a user namespace is to be limited
 * (tests/kernel/test-userns-limits.c).
 *
 * A change of the effective or the file system uid clears the signal at the parent's death.
 *
 * The file system uid and the effective capabilities decide which processes it may look at.
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base.h"
#include "daemon/kernel/privilege.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

static const struct identity user = {.uid = KERNEL_UID, .gid = KERNEL_UID};

static int death_signal(void)
{
	int signal = -1;

	(void)prctl(PR_GET_PDEATHSIG, &signal);
	return signal;
}

/* --- actions of the user --- */

/* Which ids are the user's. The real one is root's or, with OTHERS_REAL, another's. */
enum ids { EFFECTIVE, OTHERS_REAL, ALL };
static const char *const ids_names[] = {
	[EFFECTIVE] = "the user's effective ids",
	[OTHERS_REAL] = "the user's effective ids and the real id of another",
	[ALL] = "all ids of the user",
};

/* A process with all capabilities that acts for the user. */
static int body_maker(struct child *parent, void *arg)
{
	const enum ids *ids = arg;
	int r;

	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	r = *ids == OTHERS_REAL ? privilege_take_real_id(KERNEL_OTHER_UID) : 0;
	if (r == 0)
		r = privilege_charge(&user);
	if (r == 0 && *ids == ALL)
		r = privilege_take_ids(&user);
	child_say(parent, r);
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

static int stop(pid_t pid)
{
	int r = kill(pid, SIGSTOP);

	if (r == 0)
		(void)kill(pid, SIGCONT);
	return r;
}

static int hang_up(pid_t pid)
{
	return kill(pid, SIGHUP);
}

static int renice(pid_t pid)
{
	return setpriority(PRIO_PROCESS, pid, 19);
}

static int make_idle(pid_t pid)
{
	const struct sched_param none = {};

	return sched_setscheduler(pid, SCHED_IDLE, &none);
}

static int make_io_idle(pid_t pid)
{
	return (int)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, pid,
			    IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
}

static int pin_to_one(pid_t pid)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	return sched_setaffinity(pid, sizeof(one), &one);
}

static int limit(pid_t pid)
{
	const struct rlimit none = {};

	return prlimit(pid, RLIMIT_CPU, &none, NULL);
}

static int trace(pid_t pid)
{
	return ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ? -1 : 0;
}

static int look_into(pid_t pid)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static const struct attack {
	const char *name;
	int (*attack)(pid_t pid);
	bool works_with_all_ids;
} attacks[] = {
	{"stop it", stop, true},
	{"limit it", limit, true},
	{"hang it up", hang_up, true},
	{"renice it", renice, false},
	{"make it idle", make_idle, false},
	{"make its I/O idle", make_io_idle, false},
	{"pin it", pin_to_one, false},
	{"trace it", trace, false},
	{"look into it", look_into, false},
};

struct
try {
	const struct attack *attack;
	pid_t pid;
};

static int body_attack(struct child *parent _unused_, void *arg)
{
	const struct try *try = arg;

	if (user_become(KERNEL_UID) < 0)
		return 200;
	return try->attack->attack(try->pid) < 0 ? errno : 0;
}

static void check_attack(const struct attack *attack, enum ids ids)
{
	struct child maker;
	struct try try = {.attack = attack};
	bool works = ids == ALL && attack->works_with_all_ids;
	int got;

	child_start(&maker, body_maker, &ids);
	if (child_hear(&maker) != 0)
		fatal("become a maker");
	try.pid = maker.pid;
	got = child_run(body_attack, &try);
	tap_ok(works ? got == 0 : got == EPERM || got == EACCES,
	       "a process with %s: the user can%s %s (%s)", ids_names[ids], works ? "" : "not",
	       attack->name, strerror(got));
	child_kill(&maker);
}

/* --- whose the namespaces are --- */

static int body_owner(struct child *parent, void *arg _unused_)
{
	child_say(parent, privilege_charge(&user) < 0 || unshare(CLONE_NEWUSER) < 0);
	return child_hear(parent) == -EPIPE ? 0 : 1;
}

/* Returns 0 if a maker has CAP_SYS_ADMIN when it makes a user namespace. */
static int body_capable(struct child *parent _unused_, void *arg _unused_)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	if (privilege_charge(&user) < 0 || privilege_take_real_id(KERNEL_OTHER_UID) < 0 ||
	    syscall(SYS_capget, &header, data) < 0)
		return 200;
	return data[0].effective & 1U << CAP_SYS_ADMIN ? 0 : 1;
}

static void check_owner(void)
{
	struct child child;
	_cleanup_fd_ int fd = -1;
	uid_t owner = 0;

	child_start(&child, body_owner, NULL);
	if (child_hear(&child) != 0)
		fatal("make a user namespace");
	fd = ns_open(child.pid, "user");
	tap_ok(fd >= 0 && ioctl(fd, NS_GET_OWNER_UID, &owner) == 0 && owner == KERNEL_UID,
	       "a user namespace belongs to the effective uid of its maker");
	(void)child_end(&child);
	tap_is(child_run(body_capable, NULL), 0, "the maker of a user namespace has CAP_SYS_ADMIN");
}

/* --- the signal at the parent's death --- */

static int plain_seteuid(void)
{
	return (int)syscall(SYS_setresuid, -1, KERNEL_UID, -1);
}

static int plain_setfsuid(void)
{
	(void)setfsuid(KERNEL_UID);
	return 0;
}

static int charge(void)
{
	return privilege_charge(&user);
}

static int take_real_id(void)
{
	return privilege_take_real_id(KERNEL_OTHER_UID);
}

static int files_and_back(void)
{
	int r = privilege_groups(&user);

	if (r == 0)
		r = privilege_files_as_caller(&user);
	return r == 0 ? privilege_files_as_root() : r;
}

static int charge_and_unshare(void)
{
	int r = privilege_charge(&user);

	return r == 0 ? unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET) : r;
}

static int drop(void)
{
	return privilege_drop(&user, true);
}

static int act_and_back(void)
{
	int r = privilege_act_as(&user, 0);

	return r < 0 ? r : privilege_act_as_maker();
}

static const struct change {
	const char *name;
	int (*change)(void);
	bool keeps;
} changes[] = {
	{"setresuid(2) of the effective id", plain_seteuid, false},
	{"setfsuid(2)", plain_setfsuid, false},
	{"privilege_charge()", charge, true},
	{"privilege_take_real_id()", take_real_id, true},
	{"privilege_files_as_caller() and back", files_and_back, true},
	{"privilege_act_as() and back", act_and_back, true},
	{"the making of namespaces, with a user namespace,", charge_and_unshare, true},
	{"privilege_drop()", drop, true},
};

static int body_change(struct child *parent _unused_, void *arg)
{
	const struct change *change = arg;

	if (change->change() < 0)
		return 200;
	return death_signal();
}

static void check_change(const struct change *change)
{
	int got = child_run(body_change, (void *)change);

	tap_ok(got == (change->keeps ? SIGKILL : 0), "%s %s the signal at the parent's death",
	       change->name, change->keeps ? "keeps" : "clears");
}

/* --- which processes a maker may look at --- */

static int body_sleep(struct child *parent _unused_, void *arg)
{
	const uid_t *uid = arg;

	if (*uid != 0 && user_become(*uid) < 0)
		return 200;
	execl("/bin/sleep", "sleep", "1000", NULL);
	return 201;
}

/* Until then, the process is not dumpable, because it has changed its ids. */
static bool has_executed(void *arg)
{
	const struct child *child = arg;
	char path[64], own[4096] = "", other[4096] = "";

	(void)snprintf(path, sizeof(path), "/proc/%d/exe", child->pid);
	return readlink(path, other, sizeof(other) - 1) > 0 &&
	       readlink("/proc/self/exe", own, sizeof(own) - 1) > 0 && strcmp(own, other) != 0;
}

struct look {
	uint64_t capabilities;
	pid_t pid;
	bool returned; /* to the maker's rights */
};

static int body_look(struct child *parent _unused_, void *arg)
{
	const struct look *look = arg;
	int fd;

	if (privilege_act_as(&user, look->capabilities) < 0)
		return 200;
	if (look->returned && privilege_act_as_maker() < 0)
		return 201;
	fd = ns_open(look->pid, "net");
	return fd < 0 ? -fd : 0;
}

static void check_look(void)
{
	static uid_t uids[] = {KERNEL_UID, KERNEL_OTHER_UID, 0};
	static const int as_user[] = {0, EACCES, EACCES};

	for (size_t i = 0; i < ARRAY_SIZE(uids); i++) {
		struct child target;
		struct look look = {0};

		child_start(&target, body_sleep, &uids[i]);
		if (!wait_until(has_executed, &target))
			fatal("execute sleep");
		look.pid = target.pid;
		tap_ok(child_run(body_look, &look) == as_user[i],
		       "acting as a user, a process can%s open namespaces of a process of uid %d",
		       as_user[i] ? "not" : "", uids[i]);
		look.capabilities = UINT64_C(1) << CAP_SYS_PTRACE;
		tap_ok(child_run(body_look, &look) == 0, "it can open them with CAP_SYS_PTRACE");
		look.returned = true;
		tap_ok(child_run(body_look, &look) == 0, "a maker can open them");
		child_kill(&target);
	}
}

int main(void)
{
	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	for (size_t i = 0; i < ARRAY_SIZE(attacks); i++) {
		check_attack(&attacks[i], EFFECTIVE);
		check_attack(&attacks[i], OTHERS_REAL);
		check_attack(&attacks[i], ALL);
	}
	check_owner();
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
		check_change(&changes[i]);
	check_look();
	return tap_done();
}
