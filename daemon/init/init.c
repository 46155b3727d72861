/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctl-init: process 1 of a set's pid namespace. Reaps what is orphaned there, does nothing else,
 * forwards nothing, and never ends by itself. It links nothing, not even libc: a few pages in each
 * set, and nothing that could be broken. It has been given a uid that no user has, and is not
 * readable, hence not dumpable (kernel facts 4 and 14).
 */
#include <asm/unistd.h>
#include <linux/prctl.h>
#include <linux/wait.h>

typedef long word;

#if defined(__x86_64__)
static word call(word number, word a, word b, word c, word d, word e)
{
	register word r10 __asm__("r10") = d;
	register word r8 __asm__("r8") = e;
	word result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
static word call(word number, word a, word b, word c, word d, word e)
{
	register word x8 __asm__("x8") = number;
	register word x0 __asm__("x0") = a;
	register word x1 __asm__("x1") = b;
	register word x2 __asm__("x2") = c;
	register word x3 __asm__("x3") = d;
	register word x4 __asm__("x4") = e;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}
#elif defined(__riscv) && __riscv_xlen == 64
static word call(word number, word a, word b, word c, word d, word e)
{
	register word a7 __asm__("a7") = number;
	register word a0 __asm__("a0") = a;
	register word a1 __asm__("a1") = b;
	register word a2 __asm__("a2") = c;
	register word a3 __asm__("a3") = d;
	register word a4 __asm__("a4") = e;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4)
			 : "memory");
	return a0;
}
#else
#error "nsctl-init: write call() for this processor"
#endif

/* The kernel's struct sigaction begins with the handler, and this is SIG_DFL or SIG_IGN throughout
 * its length on every processor above; the sets of signals have 8 bytes. */
#define SIGSET_SIZE 8
#define EINTR_NUMBER 4

/* All signals blocked: a blocked one does not reach process 1, and SIGCHLD need not. */
static void block_signals(void)
{
	unsigned long all = ~0UL;

	call(__NR_rt_sigprocmask, 0 /* SIG_BLOCK */, (word)&all, 0, SIGSET_SIZE, 0);
}

void _start(void);

void _start(void)
{
	call(__NR_close_range, 0, ~0U, 0, 0, 0);
	call(__NR_prctl, PR_SET_NAME, (word) "nsctl-init", 0, 0, 0);
	call(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	block_signals();
	for (;;) {
		unsigned long child = 1UL << 16; /* SIGCHLD, 17 */

		while (call(__NR_wait4, -1, 0, WNOHANG | __WALL, 0, 0) > 0)
			;
		/* waits for SIGCHLD, which stays pending from the moment that a child ends */
		call(__NR_rt_sigtimedwait, (word)&child, 0, 0, SIGSET_SIZE, 0);
	}
}
