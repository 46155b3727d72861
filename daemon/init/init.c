/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctl-init: process 1 of a set's pid namespace. A pid namespace ends with its first process, so
 * this one never ends by itself (docs/kernel.md, 4). It reaps orphaned processes and does nothing
 * else; it forwards no signal. It links no library, not even libc: it takes a few pages in each set
 * and leaves little to attack. It runs with a uid that no user has, from a file that it cannot
 * read, so it is not dumpable and cannot be traced (docs/kernel.md, 14).
 */
#include <asm/unistd.h>
#include <linux/prctl.h>
#include <linux/wait.h>
#include "daemon/kernel/raw.h"

/* The size of the kernel's sets of signals, on every processor of raw.h. */
#define SIGSET_SIZE 8

/* Blocks all signals: none of them may reach process 1, which waits for SIGCHLD instead. */
static void block_signals(void)
{
	unsigned long long all = ~0ULL;

	raw_call(__NR_rt_sigprocmask, 0 /* SIG_BLOCK */, (word)&all, 0, SIGSET_SIZE, 0);
}

void _start(void);

void _start(void)
{
	raw_call(__NR_close_range, 0, ~0U, 0, 0, 0);
	raw_call(__NR_prctl, PR_SET_NAME, (word) "nsctl-init", 0, 0, 0);
	raw_call(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	block_signals();
	for (;;) {
		unsigned long long child = 1ULL << 16; /* SIGCHLD, 17 */

		while (raw_call(__NR_wait4, -1, 0, WNOHANG | __WALL, 0, 0) > 0)
			;
		/* SIGCHLD stays pending from the moment that a child ends, so no end is missed */
		raw_call(__NR_rt_sigtimedwait, (word)&child, 0, 0, SIGSET_SIZE, 0);
	}
}
