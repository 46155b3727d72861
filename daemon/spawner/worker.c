/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/cgroup-limits.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/closer.h"
#include "daemon/kernel/lane.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/program.h"
#include "daemon/kernel/runner.h"
#include "daemon/kernel/sysctl.h"
#include "daemon/spawner/worker.h"
#include "daemon/wire/message.h"

/* The current task. */
struct task {
	struct host *host;
	uint16_t type; /* enum task_op */
	bool last;     /* the last task that needs its request's descriptors */
	union {
#define MEMBER(op, contents, ...) struct contents op;
		CHILD_TASKS(MEMBER)
		WORKER_TASKS(MEMBER)
#undef MEMBER
	} order;
	struct lane_end lane; /* receives descriptors of clients */
};

static void report_done(int report_fd, uint32_t serial, const struct fault *fault)
{
	struct task_report report = {
		.event = REPORT_DONE,
		.serial = serial,
		.step = fault->step,
		.detail = fault->detail,
		.error = fault->error,
	};

	(void)!send(report_fd, &report, sizeof(report), MSG_NOSIGNAL);
}

static void report_fault(const struct host *host, const struct fault *fault)
{
	report_done(host->report_fd, host->task_serial, fault);
}

/* Stops taking tasks. Must be called before the last report, so that the keeper sends no task to
 * this worker after that report. */
static void take_no_more(int report_fd)
{
	shutdown(report_fd, SHUT_RD);
}

void worker_decline(int report_fd, const struct fault *fault)
{
	take_no_more(report_fd);
	report_done(report_fd, 1, fault);
}

/* Carries out a task in a child, reports, and ends the process. */
static void child_task(void *context)
{
	const struct task *task = context;
	struct task_report report = {};
	struct fault fault = {};

	/* a stuck child would otherwise hide from the front that its worker has ended */
	close_fd(task->lane.fd);
	child_begin();
	switch (task->type) {
#define CASE(op, contents, child)                                    \
	case TASK_##op:                                              \
		child(task->host, &task->order.op, &report, &fault); \
		break;
		CHILD_TASKS(CASE)
#undef CASE
	}
	child_finish(task->host, &report, &fault);
}

static int limit(const struct task *task, int cgroup_fd, struct fault *fault)
{
	const struct task_create *create = &task->order.CREATE;
	const struct cgroup_limits limits = {create->spec.memory, create->spec.tasks,
					     create->spec.cpu_thousandths};
	uint32_t needed = cgroup_limits_need(&limits);
	char owner[16];
	int r;

	if (!needed)
		return 0;
	snprintf(owner, sizeof(owner), "%u", create->set.owner);
	r = cgroup_enable(task->host->cgroup_fd, owner, needed);
	if (r < 0)
		return fault_set(fault, STEP_CONTROLLER, 0, -r);
	return fault_if(fault, STEP_LIMIT, 0, cgroup_limit(cgroup_fd, &limits));
}

/* Makes the set's cgroups, and opens that of its processes. The maker is born in it, so the kernel
 * charges the cgroup with what the maker makes. */
static int set_cgroup(const struct task *task, struct fault *fault)
{
	const struct task_set *set = &task->order.CREATE.set;
	char path[CGROUP_PATH_SIZE];
	_cleanup_fd_ int fd = -1;

	cgroup_path(set, NULL, path);
	fd = cgroup_make(task->host->cgroup_fd, path);
	if (fd >= 0 && set->callers_cgroup) {
		close_fd(fd);
		fd = cgroup_of_processes(task->host->cgroup_fd, set, NULL, cgroup_make);
	}
	if (fd < 0)
		return fault_set(fault, STEP_CGROUP, 0, -fd);
	return limit(task, fd, fault) < 0 ? -fault->error : take_fd(&fd);
}

/* Returns true if the child may share the worker's memory. A process that enters a time namespace
 * must have its own memory. */
static bool shares_memory(const struct task *task)
{
	const char *wall = task->type == TASK_CREATE ? task->order.CREATE.caller.wall : NULL;

	return !wall || !wall_has(wall, KIND_TIME);
}

static void run_child(struct task *task)
{
	_cleanup_fd_ int cgroup_fd = -1;
	struct fault fault = {};
	int status = 0;
	pid_t pid;

	if (task->type == TASK_CREATE) {
		cgroup_fd = set_cgroup(task, &fault);
		if (cgroup_fd < 0) {
			report_fault(task->host, &fault);
			return;
		}
	}
	pid = process_call(shares_memory(task) ? CLONE_VM : 0, cgroup_fd, child_task, task);
	if (pid < 0 && task->type != TASK_CREATE && task->type != TASK_SPARE) {
		/* tasks that free processes must not need a new process: the worker carries the
		 * task out itself, and takes no more */
		take_no_more(task->host->report_fd);
		child_task(task);
	}
	if (pid < 0)
		fault_set(&fault, STEP_FORK, 0, -pid);
	else if (process_wait(pid, &status) < 0 || status != 0)
		fault_set(&fault, STEP_LOST, 0, ECHILD);
	/* otherwise the child has reported */
	if (fault.step != STEP_NONE)
		report_fault(task->host, &fault);
}

/* Starts a runner, which has reported the start of its command when this returns. */
static void start_runner(const struct task *task)
{
	struct fault fault;

	runner_start(task->host, &task->order.START, &fault);
	report_fault(task->host, &fault);
}

static void identify(const struct task *task)
{
	struct fault fault = {};

	lane_find_processes(task->host, &task->lane, &task->order.PROCESSES, &fault);
	report_fault(task->host, &fault);
}

static void open_lane(struct task *task)
{
	struct fault fault = {};

	lane_drop(&task->lane);
	close_fd(task->lane.fd);
	task->lane.fd = lane_make(task->host);
	if (task->lane.fd < 0)
		fault_set(&fault, STEP_DESCRIPTORS, 0, -task->lane.fd);
	report_fault(task->host, &fault);
}

static void carry_out(struct task *task, int front_program_fd)
{
	if (task->type == TASK_START)
		start_runner(task);
	else if (task->type == TASK_LANE)
		open_lane(task);
	else if (task->type == TASK_PROCESSES)
		identify(task);
	else if (task->type == TASK_CLOSER)
		closer_run(task->host);
	else if (task->type == TASK_FRONT)
		child_front(front_program_fd, task->host->cgroup_fd, &task->order.FRONT);
	else if (task->type == TASK_ANSWER)
		child_answer(task->host->resolver_program_fd, &task->order.ANSWER);
	else
		run_child(task);
}

static bool needs_sysctl(uint16_t type)
{
	return type == TASK_CREATE || type == TASK_SPARE || type == TASK_LINK;
}

/* Decodes a task. Returns 0, or -EBADMSG if descriptors that the task needs are missing. The keeper
 * sends no invalid tasks, so any other failure ends the process. */
static int read_task(struct task *task, struct wire_message *message)
{
	const struct nlmsghdr *header = message->header;
	uint16_t type = header->nlmsg_type;
	const struct wire_layout *layout = type < TASK_OP_END ? task_layouts[type] : NULL;

	task->type = type;
	task->last = header->nlmsg_flags & TASK_LAST;
	if (header->nlmsg_pid && task->lane.fd >= 0) {
		lane_fetch(&task->lane, header->nlmsg_pid, header->nlmsg_seq);
		message->handles = &task->lane.handles;
	}
	if (!layout && (type == TASK_LANE || type == TASK_CLOSER || type == TASK_DROP))
		return 0;
	if (!layout)
		_exit(EXIT_FAILURE);
	if (wire_decode(message, layout, &task->order) == 0)
		return 0;
	if (!message->handles)
		_exit(EXIT_FAILURE);
	return -EBADMSG;
}

/* Carries out one task. Descriptors of clients are closed afterwards: if that takes long, only the
 * next task of the same front waits. */
static void on_task(struct task *task, struct wire_message *message, int front_program_fd)
{
	struct fault fault;

	if (message->header->nlmsg_type != TASK_DROP)
		task->host->task_serial++;
	if (read_task(task, message) < 0) {
		fault_set(&fault, STEP_DESCRIPTORS, 0, EBADMSG);
		report_fault(task->host, &fault);
	} else if (task->type != TASK_DROP) {
		/* if no new /proc can be mounted, the old one is good enough */
		if (needs_sysctl(task->type))
			(void)sysctl_renew(task->host);
		carry_out(task, front_program_fd);
	}
	if (task->last || task->type == TASK_DROP)
		lane_drop(&task->lane);
	wire_message_close_fds(message);
}

void worker_run(struct host *host, int front_program_fd)
{
	static struct task task;
	static struct wire_message message;

	child_begin();
	sysctl_borrow(host);
	task.host = host;
	if (wire_message_init(&message) < 0 || lane_end_init(&task.lane) < 0)
		_exit(EXIT_FAILURE);
	while (wire_receive(&message, host->report_fd) > 0)
		on_task(&task, &message, front_program_fd);
	_exit(EXIT_SUCCESS);
}
