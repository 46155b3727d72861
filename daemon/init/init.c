/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctl-init: process 1 of a set's pid namespace. A pid namespace ends with its first process, so
 * this one never ends by itself (docs/kernel.md, 4). It reaps orphaned processes and does nothing
 * else; it forwards no signal. It links no library, not even libc: it takes a few pages in each set
 * and leaves little to attack. It runs with a uid that no user has, from a file that it cannot
 * read, so it is not dumpable and cannot be traced (docs/kernel.md, 14).
 *
 * With an argument, SIGTERM tells it to end as soon as all others have ended: so a service manager
 * stops the service whose cgroup the set is in, without having to kill it.
 */
#include <asm/unistd.h>
#include <linux/prctl.h>
#include <linux/wait.h>
#include <stdbool.h>
#include "daemon/kernel/raw.h"

/* The size of the kernel's sets of signals, on every processor of raw.h. */
#define SIGSET_SIZE 8
/* Numbers of signals, which are the same on all of these processors. */
#define TERM 15
#define CHILD 17
#define NO_PROCESS (-3) /* -ESRCH */
#define BIT_OF(signal) (1ULL << ((signal)-1))
/* Time between two checks for other processes. The end of one that is not a child sends no
 * signal. */
#define PAUSE_NANOSECONDS 20000000

/* Blocks all signals: none of them may reach process 1, which waits for SIGCHLD instead. */
static void block_signals(void)
{
	unsigned long long all = ~0ULL;

	raw_call(__NR_rt_sigprocmask, 0 /* SIG_BLOCK */, (word)&all, 0, SIGSET_SIZE, 0);
}

/* Returns true if there is no other process in the pid namespace. If there is one, kill(2) fails
 * with EPERM, because the init may signal none of them. */
static bool is_alone(void)
{
	return raw_call(__NR_kill, -1, 0, 0, 0, 0) == NO_PROCESS;
}

static void reap(void)
{
	while (raw_call(__NR_wait4, -1, 0, WNOHANG | __WALL, 0, 0) > 0)
		;
}

void start(const word *stack);
RAW_ENTRY(start)

void start(const word *stack)
{
	const word pause[] = {0, PAUSE_NANOSECONDS};
	unsigned long long wanted = BIT_OF(CHILD) | (stack[0] > 1 ? BIT_OF(TERM) : 0);
	bool is_ending = false;

	raw_call(__NR_close_range, 0, ~0U, 0, 0, 0);
	raw_call(__NR_prctl, PR_SET_NAME, (word) "nsctl-init", 0, 0, 0);
	raw_call(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	block_signals();
	for (reap(); !is_ending || !is_alone(); reap()) {
		/* SIGCHLD stays pending from the moment when a child ends, so no end is missed */
		if (raw_call(__NR_rt_sigtimedwait, (word)&wanted, 0, is_ending ? (word)pause : 0,
			     SIGSET_SIZE, 0) == TERM)
			is_ending = true;
	}
	raw_call(__NR_exit_group, 0, 0, 0, 0, 0);
	__builtin_unreachable();
}
