/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/child.h"
#include "daemon/kernel/lane.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/watcher.h"
#include "daemon/wire/message.h"

int lane_end_init(struct lane_end *end)
{
	*end = (struct lane_end){.fd = -1};
	return wire_message_init(&end->message);
}

int lane_make(struct host *host)
{
	struct task_report report = {.event = REPORT_LANE};
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return negative_errno();
	/* closing the sending end does no harm, because there is never anything to read in it */
	shutdown(pair[0], SHUT_RD);
	r = child_report(host, &report, pair, 1);
	close_fd(pair[0]);
	if (r < 0)
		close_fd(pair[1]);
	return r < 0 ? r : pair[1];
}

static bool is_of(const struct wire_message *message, uint32_t connection, uint32_t request)
{
	return message->header->nlmsg_pid == connection && message->header->nlmsg_seq == request;
}

void lane_fetch(struct lane_end *end, uint32_t connection, uint32_t request)
{
	struct wire_message *message = &end->message;
	int r = 1;

	if (end->handles.n > 0 && is_of(message, connection, request))
		return;
	end->handles.n = 0;
	/* -EBADMSG: a hostile front sent it, or its descriptors did not fit into this process */
	do
		r = wire_receive_now(message, end->fd);
	while (r == -EBADMSG || (r == 1 && !is_of(message, connection, request)));
	if (r != 1)
		return;
	for (size_t i = 0; i < message->n_fds; i++)
		end->handles.fds[end->handles.n++] = message->fds[i];
}

void lane_drop(struct lane_end *end)
{
	end->handles.n = 0;
	wire_message_close_fds(&end->message);
}

/* Fills in the pid and the start time of the process behind fd. On failure, leaves the pid 0 and
 * sets the error, which is 0 if fd is no pidfd. */
static void identify(int fd, struct task_report *report)
{
	pid_t pid;
	int r = process_pid_of(fd, &pid);

	if (r == 0)
		r = process_start_time(pid, &report->init_start);
	/* the pid is valid only if the process has not ended meanwhile */
	if (r == 0 && process_has_ended(fd))
		r = -ESRCH;
	report->pid = r == 0 ? pid : 0;
	report->error = r == -EINVAL ? 0 : -r;
}

static bool has(uint64_t bits, uint32_t i)
{
	return bits & UINT64_C(1) << i;
}

int lane_find_processes(const struct host *host, const struct lane_end *end,
			const struct task_processes *task, struct fault *fault)
{
	for (uint32_t i = 0; i < end->handles.n; i++) {
		struct task_report report = {.event = REPORT_PROCESS, .detail = i};
		int fd = end->handles.fds[i], r;

		if (!has(task->processes | task->pipes, i))
			continue;
		if (has(task->pipes, i)) {
			r = watcher_start(host, fd, i);
			if (r == 0)
				continue;
			report.error = r == -EINVAL ? 0 : -r;
		} else {
			identify(fd, &report);
		}
		r = child_report(host, &report, NULL, 0);
		if (r < 0)
			return fault_set(fault, STEP_DESCRIPTORS, 0, -r);
	}
	return 0;
}
