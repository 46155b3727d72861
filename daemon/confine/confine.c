/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include "daemon/confine/confine.h"

/* --- the start --- */

int confine_complain(const char *what, int negative)
{
	fprintf(stderr, "%s: cannot %s: %s\n", program_invocation_short_name, what,
		strerror(-negative));
	return EXIT_FAILURE;
}

static int check_channels(int socket_fd, int pipe_fd)
{
	int type = 0;
	socklen_t size = sizeof(type);
	struct stat st;

	if (getsockopt(socket_fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
	    fcntl(socket_fd, F_SETFL, O_NONBLOCK) < 0 || fstat(pipe_fd, &st) < 0 ||
	    fcntl(pipe_fd, F_SETFL, O_NONBLOCK) < 0)
		return negative_errno();
	return type == SOCK_SEQPACKET && S_ISFIFO(st.st_mode) ? 0 : -EPROTOTYPE;
}

int confine_begin(int socket_fd, int pipe_fd, int last_fd)
{
	int r = check_channels(socket_fd, pipe_fd);

	if (r < 0)
		return confine_complain("use its descriptors: nsctld starts this program", r);
	/* the parent has done all of this; doing it twice is harmless */
	(void)close_range(last_fd + 1, ~0U, 0);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_DUMPABLE, 0);
	umask(077);
	return chdir("/") < 0 ? confine_complain("change to /", negative_errno()) : 0;
}

/* --- the filter --- */

/* System calls that every confined program makes. */
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
	SCMP_SYS(fstat),
	SCMP_SYS(futex),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(madvise),
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
	SCMP_SYS(uname),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	/* variants for 32-bit processors */
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(fstat64),
	SCMP_SYS(fstatat64),
	SCMP_SYS(futex_time64),
	SCMP_SYS(ppoll_time64),
#ifdef NSCTL_SANITIZED
	/* the sanitizers examine the process for reports, stacks, and the check for leaks at its
	 * end */
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
 * queue with its descriptors and a length of zero, so the keeper would think that a client's
 * queue is empty (docs/kernel.md, 21).
 */
/* clang-format off: one row a line */
#define RECEIVING                                                          \
	{SCMP_SYS(recvfrom), SCMP_A3(SCMP_CMP_MASKED_EQ, MSG_OOB, 0)},     \
	{                                                                  \
		SCMP_SYS(recvmsg), SCMP_A2(SCMP_CMP_MASKED_EQ, MSG_OOB, 0) \
	}

/*
 * Other processes have the same uid: resolvers of other users, and the front of root. This process
 * must not signal any of them, not even as the owner of a file (F_SETOWN, F_SETSIG). The kernel
 * ignores the upper half of a command.
 */
#define COMMAND(mask, command) SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX &(mask), command)
#define CONTROLLING(call)                                                                         \
	{SCMP_SYS(call), COMMAND(~7U, F_DUPFD)}, {SCMP_SYS(call), COMMAND(~0U, F_DUPFD_CLOEXEC)}, \
	{                                                                                         \
		SCMP_SYS(call), COMMAND(~7U, F_GETPIPE_SZ)                                        \
	}
/* clang-format on */

#ifdef NSCTL_SANITIZED
/* Other calls fail and do not end the process: a sanitizer can do without them, and must live to
 * write its report. */
#define OTHERWISE SCMP_ACT_ERRNO(EPERM)
static const int refused[] = {};
static const struct confine_condition conditional[] = {RECEIVING, CONTROLLING(fcntl),
						       CONTROLLING(fcntl64)};
#else
#define OTHERWISE SCMP_ACT_KILL_PROCESS
/* Calls that another libc may try and can do without. */
static const int refused[] = {
	SCMP_SYS(access),      SCMP_SYS(clock_nanosleep),
	SCMP_SYS(dup),	       SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),  SCMP_SYS(getcwd),
	SCMP_SYS(getrusage),   SCMP_SYS(ioctl),
	SCMP_SYS(membarrier),  SCMP_SYS(nanosleep),
	SCMP_SYS(prctl),       SCMP_SYS(prlimit64),
	SCMP_SYS(readlink),    SCMP_SYS(readlinkat),
	SCMP_SYS(rseq),	       SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield), SCMP_SYS(set_robust_list),
	SCMP_SYS(sigaltstack), SCMP_SYS(statx),
	SCMP_SYS(sysinfo),
};
/* Memory may not be made executable. For RECEIVING see above. */
static const struct confine_condition conditional[] = {
	RECEIVING,
	CONTROLLING(fcntl),
	CONTROLLING(fcntl64),
	{SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
	{SCMP_SYS(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
	{SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
};
#endif

static const struct confine_calls common = CONFINE_CALLS(allowed, refused, conditional);

/* CPU time in seconds that making the filter may take; it usually takes milliseconds */
#define ENFORCE_SECONDS 5

/* Lets SIGPROF end the process after that many seconds of CPU time; 0 cancels that. */
static void end_after(long seconds)
{
	const struct itimerval time = {.it_value.tv_sec = seconds};

	setitimer(ITIMER_PROF, &time, NULL);
}

static int add(scmp_filter_ctx filter, const struct confine_calls *calls)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < calls->n_allowed; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls->allowed[i], 0);
	for (size_t i = 0; r == 0 && i < calls->n_refused; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls->refused[i], 0);
	for (size_t i = 0; r == 0 && i < calls->n_conditional; i++)
		r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, calls->conditional[i].number, 1,
					   &calls->conditional[i].argument);
	return r;
}

/* Lets the process signal itself, as abort() does. */
static int add_own_signals(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp own =
		SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)getpid());

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &own);
}

static int enforce(const struct confine_calls *calls)
{
	scmp_filter_ctx filter = seccomp_init(OTHERWISE);
	int r = filter ? add(filter, &common) : -ENOMEM;

	if (r == 0)
		r = add_own_signals(filter);
	if (r == 0)
		r = add(filter, calls);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

/* libseccomp 2.5.4 loops forever if memory runs out while it builds the filter: without a limit a
 * client would wait for a process that never answers and burns a processor. */
int confine_enforce(const struct confine_calls *calls)
{
	int r;

	end_after(ENFORCE_SECONDS);
	r = enforce(calls);
	end_after(0);
	return r;
}
