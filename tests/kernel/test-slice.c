/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 33: a process can ask for a slice of its own, which children and executed
 * programs inherit, and for the system's again. A change of its nice value keeps the slice.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

#define SHORTEST 100000
#define LONGER 3000000

/* struct sched_attr, as in daemon/kernel/slice.c. */
struct attributes {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static struct attributes read_attributes(void)
{
	struct attributes attributes = {};

	if (syscall(SYS_sched_getattr, 0, &attributes, sizeof(attributes), 0) < 0)
		fatal("sched_getattr");
	return attributes;
}

static long slice(void)
{
	return (long)read_attributes().runtime;
}

/* Returns 0 or the errno. */
static int ask_for(uint64_t nanoseconds)
{
	struct attributes attributes = read_attributes();

	attributes.runtime = nanoseconds;
	return syscall(SYS_sched_setattr, 0, &attributes, 0) < 0 ? errno : 0;
}

/* Returns the slice in microseconds that a program executed by a child has, or -1. */
static long executed_slice(void)
{
	char text[32] = "";
	int ends[2], status;
	pid_t pid;

	if (pipe(ends) < 0)
		fatal("pipe");
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl("/proc/self/exe", "test-slice", "--print", NULL);
		_exit(127);
	}
	close(ends[1]);
	if (waitpid(pid, &status, 0) < 0 || status != 0 ||
	    read(ends[0], text, sizeof(text) - 1) <= 0)
		return -1;
	close(ends[0]);
	return atol(text);
}

/* An ordinary user asks for slices. */
static int body_user(struct child *parent, void *arg _unused_)
{
	if (setresgid(KERNEL_UID, KERNEL_UID, KERNEL_UID) < 0 ||
	    setresuid(KERNEL_UID, KERNEL_UID, KERNEL_UID) < 0)
		return 1;
	child_say(parent, ask_for(LONGER));
	child_say(parent, (int)slice());
	child_say(parent, ask_for(SHORTEST));
	child_say(parent, (int)slice());
	return 0;
}

int main(int argc, char **argv)
{
	struct child child;
	long own = slice();

	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		printf("%ld\n", own);
		return 0;
	}
	if (own == 0) {
		tap_skip("a process can ask for a slice", "slices (6.12)");
		return tap_done();
	}
	tap_is(ask_for(1), 0, "the kernel accepts a slice that is too short");
	tap_is(slice(), SHORTEST, "the process gets the shortest slice");
	tap_is(executed_slice(), SHORTEST, "a program that a child executes inherits the slice");
	if (setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1) < 0)
		fatal("setpriority");
	tap_is(slice(), SHORTEST, "a new nice value does not change the slice");
	tap_is(ask_for(0), 0, "the kernel accepts 0 for the slice");
	tap_is(slice(), own, "the process gets the system's default slice");
	child_start(&child, body_user, NULL);
	tap_is(child_hear(&child), 0, "an ordinary user may ask for a longer slice");
	tap_is(child_hear(&child), LONGER, "the user's process gets the longer slice");
	tap_is(child_hear(&child), 0, "an ordinary user may ask for a shorter slice");
	tap_is(child_hear(&child), SHORTEST, "the user's process gets the shorter slice");
	tap_is(child_end(&child), 0, "the user's process ended without an error");
	return tap_done();
}
