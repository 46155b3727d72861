/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removes a set. Every step makes something absent and can be run again. Remove, the roll-back of a
 * failed create, and the clean-up at start all use child_remove().
 */
#include <poll.h>
#include <signal.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/pidns.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/process.h"

/* Time in which a killed init must end with its pid namespace. After it, they count as stuck. */
#define INIT_END_MILLISECONDS 20000
/* Time in which a killed maker must end. After it, its cgroup is left to the service manager. */
#define MAKER_END_MILLISECONDS 1000
/* Attempts to remove a cgroup into which commands were started after its processes were killed. No
 * more of them are begun by then. */
#define LATE_STARTS_MAX 100

/* Asks the processes of the cgroup to end, and waits up to grace microseconds until none is left
 * but the set's init, which does not end by itself. Only processes in the pid namespace are asked
 * (0: all). Returns 0 or -errno. */
static int ask_to_end(int cgroup_fd, uint64_t grace, pid_t init, ino_t pid_namespace)
{
	int milliseconds = MIN(grace / 1000 + 1, (uint64_t)INT32_MAX), r;

	if (grace == 0)
		return 0;
	cgroup_freeze(cgroup_fd, false);
	r = cgroup_signal(cgroup_fd, SIGTERM, 0, pid_namespace);
	if (r == 0)
		r = cgroup_wait_empty(cgroup_fd, init, milliseconds);
	return r == -ETIMEDOUT ? 0 : r;
}

static int end_processes(int cgroup_fd, uint64_t grace, pid_t init, struct fault *fault)
{
	int r = ask_to_end(cgroup_fd, grace, init, 0);

	if (r == 0)
		r = cgroup_kill(cgroup_fd);
	if (r == 0)
		r = cgroup_wait_killed(cgroup_fd);
	/* the removal of a set around it may have removed the empty cgroup meanwhile */
	if (r == -ENOENT || r == -ENODEV)
		r = 0;
	return fault_if(fault, r == -EBUSY ? STEP_STUCK : STEP_KILL, 0, r);
}

/*
 * Opens the init of a set in its caller's cgroup. If its making was cut off, the init is not known,
 * but has been in the set's own cgroup until its pid namespace was pinned. Returns a pidfd or
 * -errno; -ESRCH if there is none.
 */
static int open_init(const struct host *host, const struct task_remove *task)
{
	ino_t pid_namespace;
	int r;

	if (task->init_pid)
		return process_find((pid_t)task->init_pid, task->init_start);
	r = pin_inode(host->vault_root_fd, &task->set, KIND_PID, &pid_namespace);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	return pidns_find_first(pid_namespace);
}

/* Kills the init of a set in its caller's cgroup, and waits for its end. */
static int end_init(const struct host *host, const struct task_remove *task, struct fault *fault)
{
	_cleanup_fd_ int init_fd = open_init(host, task);
	struct pollfd init = {.fd = init_fd, .events = POLLIN};

	if (init_fd < 0)
		return init_fd == -ESRCH ? 0 : fault_set(fault, STEP_KILL, 0, -init_fd);
	process_signal(init_fd, SIGKILL);
	/* readable when all other processes of the pid namespace have ended, too */
	return poll(&init, 1, INIT_END_MILLISECONDS) == 1 ? 0
							  : fault_set(fault, STEP_STUCK, 0, EBUSY);
}

/*
 * Ends the processes of a set in its caller's cgroup. The user can move them out of the cgroup, or
 * fill it with others, but all that are in the set's pid namespace end with its init. So failures
 * of the cgroup are ignored.
 */
static int end_in_callers(const struct host *host, const struct task_remove *task,
			  struct fault *fault)
{
	_cleanup_fd_ int cgroup_fd =
		cgroup_of_processes(host->cgroup_fd, &task->set, NULL, cgroup_open);
	ino_t pid_namespace;
	int r;

	if (cgroup_fd >= 0 &&
	    pin_inode(host->vault_root_fd, &task->set, KIND_PID, &pid_namespace) == 0)
		(void)ask_to_end(cgroup_fd, task->grace, (pid_t)task->init_pid, pid_namespace);
	if (cgroup_fd >= 0)
		(void)cgroup_kill(cgroup_fd);
	r = end_init(host, task, fault);
	/* a maker may be left, which is in no pid namespace of the set's */
	if (r == 0 && cgroup_fd >= 0)
		(void)cgroup_wait_empty(cgroup_fd, 0, MAKER_END_MILLISECONDS);
	return r;
}

/* Removes the set's cgroup, and that of its user's sets if this was the last one. */
static int remove_cgroup(int parent_fd, const char *path)
{
	int r = cgroup_remove(parent_fd, path);
	char owner[sizeof(CALLERS_PREFIX) + 16];

	snprintf(owner, sizeof(owner), "%.*s", (int)strcspn(path, "/"), path);
	if (r == 0 && unlinkat(parent_fd, owner, AT_REMOVEDIR) < 0 && errno != EBUSY &&
	    errno != ENOENT && errno != ENOTEMPTY)
		r = negative_errno();
	return r;
}

static int remove_cgroups(const struct host *host, const struct task_set *set)
{
	char path[CGROUP_PATH_SIZE];
	int r = 0;

	/* what the user has put into the caller's cgroup is left to the service manager */
	if (set->callers_cgroup)
		r = cgroup_of_processes(host->cgroup_fd, set, NULL, remove_cgroup);
	if (is_shortage(r))
		return r;
	cgroup_path(set, NULL, path);
	return remove_cgroup(host->cgroup_fd, path);
}

/* Removes the set's cgroups. A command that was being started may have come into one of them after
 * all processes were killed; it is killed, too. Returns 0 or -errno. */
static int remove_cgroups_with_late(const struct host *host, const struct task_set *set,
				    int cgroup_fd, struct fault *fault)
{
	int r = remove_cgroups(host, set);

	for (int i = 0; r == -EBUSY && cgroup_fd >= 0 && i < LATE_STARTS_MAX; i++) {
		r = end_processes(cgroup_fd, 0, 0, fault);
		if (r < 0)
			return r;
		r = remove_cgroups(host, set);
	}
	return r < 0 ? fault_set(fault, STEP_CGROUP, 0, -r) : 0;
}

void child_remove(const struct host *host, const struct task_remove *task,
		  struct task_report *report, struct fault *fault)
{
	static struct link_teardown teardown;
	char path[CGROUP_PATH_SIZE], pin[PIN_PATH_SIZE];
	_cleanup_fd_ int cgroup_fd = -1;
	int r = 0;

	cgroup_path(&task->set, NULL, path);
	cgroup_fd = cgroup_open(host->cgroup_fd, path);
	fault_point("remove-started");
	if (task->set.callers_cgroup)
		r = end_in_callers(host, task, fault);
	if (r == 0 && cgroup_fd >= 0)
		r = end_processes(cgroup_fd, task->grace, (pid_t)task->init_pid, fault);
	else if (r == 0 && cgroup_fd != -ENOENT)
		r = fault_set(fault, STEP_KILL, 0, -cgroup_fd);
	fault_point("remove-killed");
	/* a cgroup without a set has no pins */
	if (r == 0 && task->set.name) {
		/* rules first: an address of the pool must not be free while a rule still contains
		 * it */
		firewall_report_refused(host, &task->firewall, task->way, report);
		if (task->firewall.given)
			r = firewall_remove(host, &task->firewall, task->links, task->n_links,
					    fault);
		pin_path(&task->set, pin);
		link_teardown_begin(host, task, pin, &teardown);
		if (r == 0)
			r = pin_remove(host, &task->set, fault);
	}
	fault_point("remove-unpinned");
	if (r == 0)
		r = link_teardown_wait(&teardown, fault);
	fault_point("remove-unlinked");
	if (r == 0)
		remove_cgroups_with_late(host, &task->set, cgroup_fd, fault);
}
