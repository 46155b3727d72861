/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 26: a user namespace takes over limits of the process that makes it, and holds
 * the sum of all its processes to them, whatever their own limits are. It takes over no limit on
 * processes if the real uid of its maker is root's.
 */
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#include "base.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/privilege.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

/* No other test's, because the kernel counts all processes of a uid. */
#define UID 61004
#define LIMIT 8

static const struct identity user = {.uid = UID, .gid = UID};

/* --- use of the limits --- */

static int start_process(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			(void)pause();
	}
	return pid < 0 ? -1 : 0;
}

static int send_signal(void)
{
	return sigqueue(getpid(), SIGRTMIN, (union sigval){});
}

/* --- a namespace, and a process in it that takes more --- */

struct taking {
	int resource;
	int (*take)(void);
	bool root_makes; /* the maker's real uid is root's */
};

/* Raises the limit of this process itself above the namespace's, and takes as many as it gets, 2 *
 * LIMIT at most. All processes that it starts end with the pid namespace. */
static int body_take(struct child *parent, void *arg)
{
	const struct taking *taking = arg;
	const struct rlimit higher = {4 * LIMIT, 4 * LIMIT};
	sigset_t all;
	int n = 0;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	if (setresuid(0, 0, 0) < 0 || setrlimit(taking->resource, &higher) < 0)
		return 1;
	while (n < 2 * LIMIT && taking->take() == 0)
		n++;
	child_say(parent, n);
	return 0;
}

/* Makes the namespace like the inner process of a set, and starts process 1 of a pid namespace. */
static int body_maker(struct child *parent, void *arg)
{
	const struct taking *taking = arg;
	const struct rlimit limit = {LIMIT, 4 * LIMIT};
	struct child taker;

	if (setrlimit(taking->resource, &limit) < 0 ||
	    (!taking->root_makes && privilege_take_real_id(KERNEL_OTHER_UID) < 0) ||
	    privilege_charge(&user) < 0 || unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0)
		return 1;
	child_say(parent, 0);
	if (child_hear(parent) < 0)
		return 2;
	child_start(&taker, body_take, arg);
	child_say(parent, child_hear(&taker));
	return child_end(&taker);
}

/* Returns how many a process in such a namespace got. */
static int take(struct taking taking)
{
	struct child maker;
	char path[64];
	int n;

	child_start(&maker, body_maker, &taking);
	if (child_hear(&maker) != 0)
		fatal("make a user namespace");
	(void)snprintf(path, sizeof(path), "/proc/%d/uid_map", maker.pid);
	if (text_write(path, "0 61004 1") < 0)
		fatal("map the user");
	child_say(&maker, 0);
	n = child_hear(&maker);
	if (child_end(&maker) != 0)
		fatal("take");
	return n;
}

/* --- the limits of a set that has no caller --- */

static int body_default(struct child *parent, void *arg _unused_)
{
	struct rlimit tasks, before, after;

	if (getrlimit(RLIMIT_SIGPENDING, &before) < 0 || limits_apply_namespace(NULL, 0) < 0 ||
	    getrlimit(RLIMIT_SIGPENDING, &after) < 0 || getrlimit(RLIMIT_NPROC, &tasks) < 0)
		return 1;
	child_say(parent, (int)tasks.rlim_cur);
	return before.rlim_cur != after.rlim_cur || tasks.rlim_cur != tasks.rlim_max;
}

static void check_default(void)
{
	char threads[32];
	struct child child;

	if (text_read("/proc/sys/kernel/threads-max", threads, sizeof(threads)) < 0)
		fatal("read threads-max");
	child_start(&child, body_default, NULL);
	tap_is(child_hear(&child), atol(threads) / 2,
	       "a set without a caller may have half of the machine's threads");
	tap_is(child_end(&child), 0, "its other limits are unchanged");
}

int main(void)
{
	int n;

	if (geteuid() != 0)
		return tap_skip_all("root is needed");
	n = take((struct taking){RLIMIT_NPROC, start_process, false});
	tap_ok(n > 0 && n < LIMIT, "a user namespace has the limit of processes of its maker (%d)",
	       n);
	n = take((struct taking){RLIMIT_NPROC, start_process, true});
	tap_ok(n == 2 * LIMIT,
	       "it has no limit of processes if its maker's real uid is root's (%d)", n);
	n = take((struct taking){RLIMIT_SIGPENDING, send_signal, false});
	tap_ok(n > 0 && n <= LIMIT,
	       "a user namespace has the limit of pending signals of its maker (%d)", n);
	n = take((struct taking){RLIMIT_SIGPENDING, send_signal, true});
	tap_ok(n > 0 && n <= LIMIT, "it has this limit even if its maker's real uid is root's (%d)",
	       n);
	check_default();
	return tap_done();
}
