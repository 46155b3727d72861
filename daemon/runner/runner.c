/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctl-runner: a runner after its command was started (daemon/kernel/runner.h). It waits for the
 * end of the command and of its client, and records how the command ended, whether or not a keeper
 * runs. If the client has gone, or if the last argument is "end", it kills the processes that the
 * command has left; if it is "set", also those of the whole set, which is removed then. It runs as
 * the command's user, without any privilege, is not readable and so not dumpable, and holds only
 * the descriptors of runner-fds.h. There is one for each command, so it links no library, not even
 * libc, and takes a few pages.
 *
 * With the argument "pipe" it is a watcher instead (daemon/kernel/watcher.h): it waits for the end
 * of a pipe.
 *
 * Usage: nsctl-runner PID attached|detached leave|end|set
 *        nsctl-runner pipe
 */
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/time.h>
#include <linux/wait.h>
#include "daemon/kernel/raw.h"
#include "daemon/kernel/runner-fds.h"

/* Time between SIGHUP and SIGKILL for a session whose client has gone. */
#define GRACE_MILLISECONDS 2000
#define HANGUP 1    /* SIGHUP */
#define CONTINUE 18 /* SIGCONT, as the processors of raw.h have it */
#define FOREVER (-1)

/* The variants of these calls with 64-bit times, on every processor. */
#ifdef __NR_ppoll_time64
#define PPOLL __NR_ppoll_time64
#define CLOCK_GETTIME __NR_clock_gettime64
#else
#define PPOLL __NR_ppoll
#define CLOCK_GETTIME __NR_clock_gettime
#endif

struct runner {
	word command; /* its pid, which is also its session and process group */
	int pipe_fd;  /* -1: none */
	int leash_fd; /* -1: none */
	int detached;
	int ends_all; /* processes that the command leaves are killed */
	int ends_set; /* and so are all others of its set */
};

RAW_ENTRY(start)

#ifdef __arm__
/* The compiler's division calls this for a divisor of 0. The version that comes with the compiler
 * needs libc. */
void __aeabi_idiv0(void);
void __aeabi_idiv0(void)
{
}
#endif

/* --- system calls --- */

static word wait_until(struct pollfd *fds, unsigned int n, word milliseconds)
{
	struct __kernel_timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};

	return raw_call(PPOLL, (word)fds, n, milliseconds < 0 ? 0 : (word)&time, 0, 0);
}

static void put(int fd, const char *text, unsigned int size)
{
	raw_call(__NR_write, fd, (word)text, size, 0, 0);
}

static int if_open(int fd)
{
	return raw_call(__NR_fcntl, fd, F_GETFD, 0, 0, 0) < 0 ? -1 : fd;
}

/* --- text --- */

static char *add_text(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	return at;
}

static char *add_number(char *at, unsigned long number)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = '0' + number % 10;
		number /= 10;
	} while (number);
	while (n > 0)
		*at++ = digits[--n];
	return at;
}

/* Appends a number of microseconds with six digits. */
static char *add_microseconds(char *at, unsigned long microseconds)
{
	for (int i = 5; i >= 0; i--) {
		at[i] = '0' + microseconds % 10;
		microseconds /= 10;
	}
	return at + 6;
}

static word number_of(const char *text)
{
	word number = 0;

	while (*text >= '0' && *text <= '9')
		number = 10 * number + *text++ - '0';
	return number;
}

/* --- the command --- */

static void kill_session(void)
{
	put(RUNNER_KILL_FD, "1", 1);
}

static void hang_up(const struct runner *runner)
{
	raw_call(__NR_kill, -runner->command, HANGUP, 0, 0, 0);
	raw_call(__NR_kill, -runner->command, CONTINUE, 0, 0, 0);
}

/* Returns true if the client has closed its end of the pipe or the leash. */
static int client_has_gone(const struct pollfd *pipe, const struct pollfd *leash)
{
	return (pipe->fd >= 0 && pipe->revents & (POLLERR | POLLHUP | POLLNVAL)) ||
	       (leash->fd >= 0 && leash->revents & (POLLIN | POLLHUP | POLLERR));
}

/* Waits until the command has ended. If its client goes before that, all of the session ends. */
static void wait_for_command(struct runner *runner)
{
	struct pollfd fds[3];
	word timeout = FOREVER;

	fds[0].fd = RUNNER_COMMAND_FD;
	fds[0].events = POLLIN;
	fds[1].fd = runner->detached ? -1 : runner->pipe_fd;
	fds[1].events = 0;
	fds[2].fd = runner->leash_fd;
	fds[2].events = POLLIN;
	for (;;) {
		word n = wait_until(fds, 3, timeout);
		int gone;

		if (n < 0)
			continue;
		gone = client_has_gone(&fds[1], &fds[2]);
		if (gone)
			runner->ends_all = 1;
		if (fds[0].revents)
			return;
		if (n == 0) {
			kill_session();
			timeout = FOREVER;
		} else if (gone) {
			hang_up(runner);
			fds[1].fd = fds[2].fd = -1;
			timeout = GRACE_MILLISECONDS;
		}
	}
}

/* --- what the command has left --- */

static int is_populated(void)
{
	static const char wanted[] = "populated 1";
	char text[256];
	word size = raw_call(__NR_pread64, RUNNER_EVENTS_FD, (word)text, sizeof(text), 0, 0);

	for (word at = 0; at + (word)sizeof(wanted) - 1 <= size; at++) {
		unsigned int n = 0;

		while (wanted[n] && text[at + n] == wanted[n])
			n++;
		if (!wanted[n])
			return 1;
	}
	return 0;
}

/*
 * Kills the session's processes until its cgroup is empty. Polls for a limited time only:
 * cgroup.events is notified every 10 ms at most, and a notification that is due when the cgroup is
 * removed never comes (its timer is deleted).
 */
static void wait_for_session(void)
{
	struct pollfd events;

	events.fd = RUNNER_EVENTS_FD;
	events.events = POLLPRI;
	for (word pause = 1; is_populated(); pause = pause < 50 ? 2 * pause : 100) {
		kill_session();
		wait_until(&events, 1, pause);
	}
}

/* --- reporting the end --- */

/* Appends "exit N" or "signal N". */
static char *describe(char *at, unsigned int status)
{
	unsigned int signal = status & 0x7f;

	at = add_text(at, signal ? "signal " : "exit ");
	return add_number(at, signal ? signal : status >> 8 & 0xff);
}

static void write_file(unsigned int status)
{
	struct __kernel_timespec now;
	char line[96], *at = describe(line, status);

	raw_call(CLOCK_GETTIME, CLOCK_REALTIME, (word)&now, 0, 0, 0);
	/* in two parts: on a processor of 32 bits a number of 64 cannot be divided */
	at = add_number(add_text(at, " "), (unsigned long)now.tv_sec);
	at = add_microseconds(at, (unsigned long)now.tv_nsec / 1000);
	at = add_text(at, "\n");
	put(RUNNER_FILE_FD, line, at - line);
}

/* Writes the status to the client's pipe. Does not wait for room in a full pipe. */
static void tell_client(const struct runner *runner, unsigned int status)
{
	char line[32], *at = add_text(describe(line, status), "\n");
	struct pollfd pipe;

	pipe.fd = runner->pipe_fd;
	pipe.events = POLLOUT;
	if (pipe.fd >= 0 && wait_until(&pipe, 1, 0) == 1 && pipe.revents & POLLOUT)
		put(pipe.fd, line, at - line);
}

/* --- a watcher --- */

/* Waits until no writing end of the pipe is left. Data in the pipe is for its readers, and does not
 * wake this process. */
static void wait_for_pipe(void)
{
	struct pollfd pipe;

	pipe.fd = RUNNER_WATCHED_FD;
	pipe.events = 0;
	while (wait_until(&pipe, 1, FOREVER) < 1)
		;
}

/* stack: argc and argv, as the kernel leaves them. */
void __attribute__((noreturn, used)) start(word *stack)
{
	char **arguments = (char **)(stack + 1);
	struct runner runner;
	unsigned int status = 0;

	raw_call(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (stack[0] == 2 && arguments[1][0] == 'p')
		wait_for_pipe();
	runner.command = stack[0] == 4 ? number_of(arguments[1]) : 0;
	runner.detached = stack[0] == 4 && arguments[2][0] == 'd';
	runner.ends_set = stack[0] == 4 && arguments[3][0] == 's';
	runner.ends_all = stack[0] == 4 && arguments[3][0] != 'l';
	runner.pipe_fd = if_open(RUNNER_PIPE_FD);
	runner.leash_fd = if_open(RUNNER_LEASH_FD);
	if (runner.command > 1) {
		wait_for_command(&runner);
		/* at once, because the removal of the set waits for the end of its init */
		if (runner.ends_set)
			kill_session();
		raw_call(__NR_wait4, runner.command, (word)&status, __WALL, 0, 0);
		/* before the end is reported, so that the client then finds no process left */
		if (runner.ends_all)
			wait_for_session();
		write_file(status);
		tell_client(&runner, status);
	}
	for (;;)
		raw_call(__NR_exit_group, 0, 0, 0, 0, 0);
}
