/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * docs/kernel.md, 30: a process that asks for SIGKILL as the signal of a pipe (F_SETSIG, O_ASYNC)
 * is killed when the last copy of the other end is closed, whatever it is doing: also if its user
 * has stopped it, or it waits in write(2).
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base.h"
#include "daemon/kernel/helper.h"
#include "tests/kernel/kernel.h"
#include "tests/kernel/tap.h"

enum doing { NOTHING, STOPPED, WRITING };

struct leashed {
	int fd; /* its end of the pipe */
	int other_fd;
	enum doing doing;
};

static void fill_a_pipe(void)
{
	static const char bytes[4096];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		fatal("pipe2");
	while (write(ends[1], bytes, sizeof(bytes)) > 0)
		;
}

static int be_leashed(struct child *parent, void *arg)
{
	const struct leashed *leashed = arg;
	int r;

	close_fd(leashed->other_fd);
	r = helper_tie(leashed->fd);
	if (user_become(KERNEL_UID) < 0)
		fatal("user_become");
	child_say(parent, r);
	if (leashed->doing == WRITING)
		fill_a_pipe();
	for (;;)
		pause();
}

/* Returns true if the process is in this state of /proc/PID/stat. */
struct wanted {
	pid_t pid;
	char state;
};
static bool is_in_state(void *arg)
{
	const struct wanted *wanted = arg;
	char path[64], text[256] = "", state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", wanted->pid);
	return text_read(path, text, sizeof(text) - 1) > 0 &&
	       sscanf(text, "%*d (%*[^)]) %c", &state) == 1 && state == wanted->state;
}

/* Returns minus the signal that has ended the process after the other end was closed. */
static int outcome(int its_end, enum doing doing)
{
	struct child child;
	struct wanted wanted;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		fatal("pipe2");
	child_start(&child, be_leashed, &(struct leashed){ends[its_end], ends[!its_end], doing});
	close_fd(ends[its_end]);
	if (child_hear(&child) != 0)
		fatal("helper_tie");
	if (doing == STOPPED)
		kill(child.pid, SIGSTOP);
	wanted = (struct wanted){child.pid, doing == STOPPED ? 'T' : 'S'};
	if (!wait_until(is_in_state, &wanted))
		fatal("the child is not in the expected state");
	close_fd(ends[!its_end]);
	return child_end(&child);
}

static int tie_late(struct child *parent _unused_, void *arg)
{
	const struct leashed *leashed = arg;

	close_fd(leashed->other_fd);
	return helper_tie(leashed->fd) == -EPIPE ? 0 : 1;
}

int main(void)
{
	static const struct {
		int end;
		enum doing doing;
		const char *what;
	} rows[] = {
		{0, NOTHING, "a process that holds the reading end is killed"},
		{0, STOPPED, "a stopped process that holds the reading end is killed"},
		{0, WRITING, "a process that holds the reading end is killed while it writes"},
		{1, NOTHING, "a process that holds the writing end is killed"},
		{1, STOPPED, "a stopped process that holds the writing end is killed"},
		{1, WRITING, "a process that holds the writing end is killed while it writes"},
	};
	int pair[2];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		tap_is(outcome(rows[i].end, rows[i].doing), -SIGKILL, rows[i].what);
	if (pipe2(pair, O_CLOEXEC) < 0)
		fatal("pipe2");
	close_fd(pair[0]);
	tap_is(child_run(tie_late, &(struct leashed){pair[1], -1, NOTHING}), 0,
	       "a process is not tied to a pipe whose other end is already closed");
	return tap_done();
}
