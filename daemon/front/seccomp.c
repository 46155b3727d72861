/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "base.h"
#include "daemon/front/seccomp.h"

/*
 * The system calls that are allowed. The front uses the sockets that it is given (no socket(2), no
 * connect(2)), memory, its event loop, /proc for ListProcesses, and the directories of cgroups. It
 * needs no exec, fork, mount or ptrace: a process that asks for these does not run our code any
 * more, and the kernel kills it and logs that.
 */
static const int allowed[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(close),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(fcntl),
	SCMP_SYS(fstat),
	SCMP_SYS(futex),
	SCMP_SYS(getdents),
	SCMP_SYS(getdents64),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(lseek),
	SCMP_SYS(madvise),
	SCMP_SYS(memfd_create),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(newfstatat),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(read),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sendmsg),
	SCMP_SYS(setitimer),
	SCMP_SYS(shutdown),
	SCMP_SYS(tgkill),
	SCMP_SYS(uname),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	/* variants for 32-bit processors */
	SCMP_SYS(_llseek),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(fcntl64),
	SCMP_SYS(fstat64),
	SCMP_SYS(fstatat64),
	SCMP_SYS(futex_time64),
	SCMP_SYS(ppoll_time64),
#ifdef NSCTL_SANITIZED
	/* the sanitizers examine the process: reports, stacks, the leak check at the end */
	SCMP_SYS(access),
	SCMP_SYS(arch_prctl),
	SCMP_SYS(clone),
	SCMP_SYS(dup),
	SCMP_SYS(getppid),
	SCMP_SYS(ioctl),
	SCMP_SYS(kill),
	SCMP_SYS(mmap),
	SCMP_SYS(mprotect),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(prctl),
	SCMP_SYS(prlimit64),
	SCMP_SYS(ptrace),
	SCMP_SYS(readlink),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(stat),
	SCMP_SYS(wait4),
#endif
};

/*
 * Receiving is allowed, but not out of band: a byte received with MSG_OOB stays in the socket's
 * queue with its descriptors and a length of zero, so the keeper would think that the queue is
 * empty (docs/kernel.md, 21).
 */
/* clang-format off: one row a line */
#define RECEIVING                                                          \
	{SCMP_SYS(recvfrom), SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_OOB, 0)},     \
	{                                                                  \
		SCMP_SYS(recvmsg), SCMP_A2(SCMP_CMP_MASKED_EQ, MSG_OOB, 0) \
	}
/* clang-format on */

#ifdef NSCTL_SANITIZED
/* Other calls fail: a sanitizer can do without them, but must live to write its report. */
#define OTHERWISE SCMP_ACT_ERRNO(EPERM)
static const int refused[] = {};
static const struct {
	int number;
	struct scmp_arg_cmp argument;
} conditional[] = {RECEIVING};
#else
#define OTHERWISE SCMP_ACT_KILL_PROCESS
/* Calls that another libc may try and can do without. */
static const int refused[] = {
	SCMP_SYS(access),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(dup),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(getcwd),
	SCMP_SYS(getrusage),
	SCMP_SYS(ioctl),
	SCMP_SYS(membarrier),
	SCMP_SYS(nanosleep),
	SCMP_SYS(prctl),
	SCMP_SYS(prlimit64),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sendto),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(statx),
	SCMP_SYS(sysinfo),
};
/* Files may be opened only for reading, and memory may not be made executable. For RECEIVING see
 * above. */
static const struct {
	int number;
	struct scmp_arg_cmp argument;
} conditional[] = {
	RECEIVING,
	{SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)},
	{SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)},
	{SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
	{SCMP_SYS(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
	{SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
};
#endif

/* CPU time in seconds that making the filter may take; it usually takes milliseconds */
#define ENFORCE_SECONDS 5

/* Lets SIGPROF end the process after that many seconds of CPU time; 0 cancels that. */
static void end_after(long seconds)
{
	const struct itimerval time = {.it_value.tv_sec = seconds};

	setitimer(ITIMER_PROF, &time, NULL);
}

static int enforce(void)
{
	scmp_filter_ctx filter = seccomp_init(OTHERWISE);
	/* with sanitizers, there are no conditional rules */
	const size_t n_refused = ARRAY_SIZE(refused), n_conditional = ARRAY_SIZE(conditional);
	int r = filter ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(allowed); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; r == 0 && i < n_refused; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	for (size_t i = 0; r == 0 && i < n_conditional; i++)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, conditional[i].number, 1,
					   &conditional[i].argument);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/* libseccomp 2.5.4 loops forever if memory runs out while it builds the filter: without a limit a
 * client would wait for a front that never answers and burns a processor. */
int seccomp_enforce(void)
{
	int r;

	end_after(ENFORCE_SECONDS);
	r = enforce();
	end_after(0);
	return r;
}
