/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include <sys/wait.h>
#include "daemon/kernel/init.h"
#include "daemon/kernel/mounts.h"
#include "daemon/kernel/process.h"

/* /proc is made before the set's mount namespace is entered: see mounts.h. */
static int enter(const struct init_start *start, struct fault *fault)
{
	int procs[MOUNTS_PROCS];
	int r = mounts_make_procs(start->spec, procs, fault);

	if (r == 0 && start->join_fd >= 0 && setns(start->join_fd, start->join_flags) < 0)
		r = fault_set(fault, STEP_INIT, 0, errno);
	return r < 0 ? r : mounts_put_procs(start->spec, procs, start->files, fault);
}

static void __attribute__((noreturn))
child_init(const struct init_start *start, struct fault *fault)
{
	static char name[] = "nsctl-init";
	char *arguments[] = {name, NULL}, *environment[] = {NULL};
	int r = 0;

	if (start->spec->kinds & KIND_BIT(KIND_MNT) || start->join_fd >= 0)
		r = enter(start, fault);
	if (r == 0 && chdir("/") < 0)
		r = fault_set(fault, STEP_INIT, 0, errno);
	if (r == 0) {
		process_close_from(3, start->host->init_program_fd);
		privilege_bound(0);
		r = privilege_drop(start->identity, true);
		if (r == 0)
			r = privilege_no_new();
		if (r == 0)
			r = process_execute_fd(start->host->init_program_fd, arguments,
					       environment);
		fault_set(fault, STEP_INIT, 0, -r);
	}
	_exit(1);
}

pid_t init_start(const struct init_start *start, struct fault *fault)
{
	volatile bool failed;
	pid_t pid;
	int status;

	fault->step = STEP_NONE;
	/* shares our memory until it executes: no page tables are copied, and it can tell us a
	 * fault */
	pid = vfork();
	if (pid == 0)
		child_init(start, fault);
	if (pid < 0)
		return fault_set(fault, STEP_FORK, 0, errno);
	failed = fault->step != STEP_NONE;
	if (failed) {
		process_wait(pid, &status);
		return -fault->error;
	}
	return pid;
}
