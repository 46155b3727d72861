/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/socket.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/spawner-orders.h"
#include "daemon/kernel/process.h"

/* A process that has not ended after this time counts as hanging. */
#define GRACE_MICROSECONDS UINT64_C(2000000)

struct ending {
	struct ending *next;
	uid_t uid;
	/* the worker's number; 0: the worker has ended, or the process did not begin as a worker */
	uint32_t number;
	/* the worker's channel or, for a process that did not begin as a worker, its pidfd; -1: its
	 * end was seen, or need not be awaited */
	int channel_fd;
	uint64_t since; /* when it was added; CLOCK_BOOTTIME, microseconds */
	struct event *event;
};

/* List of the processes that are ending, the newest first. An entry stays until its process has
 * ended: see add(). */
static struct ending *first;

static void close_channel(struct ending *ending)
{
	free_event(ending->event);
	ending->event = NULL;
	ending->channel_fd = close_fd(ending->channel_fd);
}

static void free_if_over(struct ending *ending)
{
	if (ending->number || ending->channel_fd >= 0)
		return;
	for (struct ending **at = &first; *at; at = &(*at)->next)
		if (*at == ending) {
			*at = ending->next;
			break;
		}
	free(ending);
}

/* Called when channel_fd of an entry is readable. Discards reports, whose operation has ended. At
 * an end-of-file or error, closes channel_fd, and frees the entry if the worker has ended, too. */
static void on_readable(evutil_socket_t fd, short what _unused_, void *context)
{
	struct ending *ending = context;
	char ignored[4096];
	ssize_t n;

	do
		n = recv(fd, ignored, sizeof(ignored), MSG_DONTWAIT);
	while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0 && errno == EAGAIN)
		return;
	close_channel(ending);
	free_if_over(ending);
}

/* Adds an entry to the list, and takes channel_fd. The entry stays until worker number (if not 0)
 * has ended, and channel_fd (if not -1) has an end-of-file or an error, or cannot be watched. */
static void add(struct keeper *keeper, uint32_t number, int channel_fd, uid_t uid)
{
	struct ending *ending = calloc(1, sizeof(*ending));

	if (!ending) {
		/* without memory, the process is not counted */
		close_fd(channel_fd);
		return;
	}
	*ending = (struct ending){
		.next = first,
		.uid = uid,
		.number = number,
		.channel_fd = channel_fd,
		.since = clock_boottime(),
	};
	first = ending;
	if (channel_fd < 0)
		return;
	ending->event =
		event_new(keeper->loop, channel_fd, EV_READ | EV_PERSIST, on_readable, ending);
	if (ending->event && event_add(ending->event, NULL) == 0)
		return;
	close_channel(ending);
	free_if_over(ending);
}

void ending_add(struct keeper *keeper, uint32_t number, int channel_fd, uid_t uid, bool kill)
{
	(void)spawner_order(keeper, kill ? TASK_ABORT : TASK_AWAIT, number, NULL);
	add(keeper, number, channel_fd, uid);
}

/* The list's entry has the pidfd as its channel_fd. When the process has ended, the pidfd becomes
 * readable. on_readable() is then called, recv() fails because a pidfd is no socket, and
 * on_readable() removes the entry. */
void ending_add_process(struct keeper *keeper, int pid_fd, uid_t uid)
{
	process_signal(pid_fd, SIGKILL);
	add(keeper, 0, pid_fd, uid);
}

void ending_is_over(uint32_t number)
{
	for (struct ending *at = first; at; at = at->next)
		if (at->number == number) {
			at->number = 0;
			free_if_over(at);
			return;
		}
}

size_t ending_count(uid_t uid)
{
	uint64_t now = clock_boottime();
	size_t n = 0;

	for (const struct ending *at = first; at; at = at->next)
		n += at->uid == uid && now - at->since >= GRACE_MICROSECONDS;
	return n;
}

int ending_check(uid_t uid, struct failure *failure)
{
	if (uid == 0 || ending_count(uid) < ENDING_MAX)
		return 0;
	return failure_set(failure, ERROR_LIMIT_EXCEEDED, ENDING_MAX, "hangingProcesses", NULL);
}

size_t ending_count_all(uid_t uid)
{
	size_t n = 0;

	for (const struct ending *at = first; at; at = at->next)
		n += at->uid == uid;
	return n;
}

void ending_stop(void)
{
	while (first) {
		struct ending *ending = first;

		first = ending->next;
		close_channel(ending);
		free(ending);
	}
}
