/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/prctl.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"

void child_begin(void)
{
	process_unblock_signals();
	privilege_conceal();
	child_ends_with_parent();
	umask(022);
}

void child_ends_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int child_report(const struct host *host, struct task_report *report, const int *fds, size_t n)
{
	struct iovec data = {report, sizeof(*report)};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(REPORT_FDS_MAX * sizeof(*fds))];
	} control = {.header = {.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS,
				.cmsg_len = CMSG_LEN(n * sizeof(*fds))}};
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof(*fds)),
	};

	report->serial = host->task_serial;
	if (n > 0)
		memcpy(CMSG_DATA(&control.header), fds, n * sizeof(*fds));
	else
		message.msg_controllen = 0;
	return sendmsg(host->report_fd, &message, MSG_NOSIGNAL) < 0 ? negative_errno() : 0;
}

void child_finish(const struct host *host, struct task_report *report, const struct fault *fault)
{
	report->event = REPORT_DONE;
	report->serial = host->task_serial;
	report->step = fault->step;
	report->detail = fault->detail;
	report->error = fault->error;
	/* on failure the worker, which waits for this process, reports that it was lost */
	_exit(send(host->report_fd, report, sizeof(*report), MSG_NOSIGNAL) < 0 ? EXIT_FAILURE
									       : EXIT_SUCCESS);
}
