/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/process.h"

void child_begin(void)
{
	process_unblock_signals();
	prctl(PR_SET_DUMPABLE, 0);
	child_ends_with_parent();
	umask(022);
}

void child_ends_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void child_finish(int report_fd, struct task_report *report, const struct fault *fault)
{
	report->event = REPORT_DONE;
	report->step = fault->step;
	report->detail = fault->detail;
	report->error = fault->error;
	/* a worker that waits for it then says that it was lost */
	_exit(send(report_fd, report, sizeof(*report), MSG_NOSIGNAL) < 0 ? EXIT_FAILURE
									 : EXIT_SUCCESS);
}
