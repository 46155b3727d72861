/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include <sys/mman.h>
#include "daemon/kernel/init.h"
#include "daemon/kernel/mounts.h"
#include "daemon/kernel/process.h"

/* Enters the set's namespaces and mounts /proc there. The procfs itself is made before that: see
 * mounts.h. */
static int enter(const struct init_start *start, struct fault *fault)
{
	int procs[MOUNTS_PROCS];
	int r = mounts_make_procs(start->spec, procs, fault);

	if (r == 0 && start->join_fd >= 0 && setns(start->join_fd, start->join_flags) < 0)
		r = fault_set(fault, STEP_INIT, 0, errno);
	if (r == 0 && start->mnt_fd >= 0 && setns(start->mnt_fd, CLONE_NEWNS) < 0)
		r = fault_set(fault, STEP_INIT, 0, errno);
	return r < 0 ? r : mounts_put_procs(start->spec, procs, start->files, fault);
}

static void __attribute__((noreturn))
child_mount(const struct init_start *start, struct fault *fault)
{
	_exit(enter(start, fault) < 0);
}

static void __attribute__((noreturn))
child_init(const struct init_start *start, struct fault *fault)
{
	static char name[] = "nsctl-init", ends[] = "--end-on-TERM";
	char *arguments[] = {name, start->ends ? ends : NULL, NULL}, *environment[] = {NULL};
	int r = 0;

	if (!start->inner && (start->spec->kinds & KIND_BIT(KIND_MNT) || start->join_fd >= 0))
		r = enter(start, fault);
	if (r == 0 && chdir("/") < 0)
		r = fault_set(fault, STEP_INIT, 0, errno);
	if (r == 0) {
		process_close_from(3, start->host->init_program_fd);
		r = privilege_drop(start->identity, !start->inner);
		if (r == 0)
			r = privilege_no_new();
		if (r == 0)
			r = process_execute_fd(start->host->init_program_fd, arguments,
					       environment);
		fault_set(fault, STEP_INIT, 0, -r);
	}
	_exit(1);
}

/*
 * Runs body in a child that shares our memory until it executes a program or ends, so that no page
 * tables are copied. A child that is born into another time namespace is forked, because it cannot
 * share memory before Linux 6.3. In both cases it reports a fault in a shared page. Returns the
 * child's pid, or -errno and *fault.
 */
static pid_t start_child(void (*body)(const struct init_start *start, struct fault *fault),
			 const struct init_start *start, struct fault *fault)
{
	struct fault *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int status;

	if (told == MAP_FAILED)
		return fault_set(fault, STEP_FORK, 0, errno);
	pid = start->spec->kinds & KIND_BIT(KIND_TIME) ? process_fork(CLONE_VFORK, -1, NULL)
						       : vfork();
	if (pid == 0)
		body(start, told);
	*fault = *told;
	if (pid < 0)
		fault_set(fault, STEP_FORK, 0, errno);
	else if (fault->step != STEP_NONE)
		process_wait(pid, &status);
	munmap(told, sizeof(*told));
	return fault->step != STEP_NONE ? -fault->error : pid;
}

pid_t init_start(const struct init_start *start, struct fault *fault)
{
	return start_child(child_init, start, fault);
}

int init_mount_procs(const struct init_start *start, struct fault *fault)
{
	pid_t pid = start_child(child_mount, start, fault);
	int status, r = pid < 0 ? pid : process_wait(pid, &status);

	if (r == 0 && status != 0)
		r = fault_set(fault, STEP_LOST, 0, EPIPE);
	return r;
}
