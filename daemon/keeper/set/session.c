/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/unique-id.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/request/audit.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/process-watch.h"
#include "daemon/keeper/set/run-end.h"
#include "daemon/keeper/set/session-end.h"
#include "daemon/keeper/set/session.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/fault.h"

/* Deadline for starting a command: its file may be on a file system that hangs. */
#define START_SECONDS 20
/* Space in bytes that is reserved for a status file, which has three short lines. */
#define STATUS_FILE_SIZE 512

/* --- results of the start --- */

/* Called when the connection of an Exec or Run ends before the last answer. If the command was
 * started, drops the request; this does not end the command, but the end of its leash does
 * (make_leash()). If the start still waits for its turn, cancels the start. If the start is in
 * progress, does nothing, so that the start is logged. */
static void on_starter_gone(struct keeper *keeper _unused_, struct request *starter)
{
	struct watch *watch = starter->holder;
	bool taken_back = watch->operation && operation_take_back(watch->operation);

	if (!taken_back && watch->session->pid == 0)
		return;
	watch->starter = NULL;
	lane_abandon(starter);
	request_drop(starter);
	if (!taken_back)
		return;
	watch->operation = NULL;
	session_abandon(watch, NULL);
}

static void answer_started(struct watch *watch, uint32_t started_in, int process_fd)
{
	struct keeper *keeper = watch->keeper;
	struct session *session = watch->session;
	struct wire_session wire;

	wire_clear(&wire_session_layout, &wire);
	view_session(session, &wire);
	wire.process_fd = process_fd;
	wire.started_in = started_in;
	if (session->removes_set)
		wire.n_publish = view_publish(session->set, wire.publish);
	request_begin(keeper, watch->starter, watch->more ? WIRE_CONTINUES : 0);
	wire_put(keeper->to_front, &wire_session_layout, &wire);
	audit_done(watch->starter, session->id);
	if (watch->more && request_connection(watch->starter)) {
		request_send(keeper, watch->starter);
	} else {
		request_end(keeper, watch->starter);
		watch->starter = NULL;
	}
}

static void on_started(struct operation *operation, const struct task_report *report,
		       int fds[REPORT_FDS_MAX])
{
	struct watch *watch = operation->context;
	struct session *session = watch->session;

	session->pid = report->pid;
	session->runner_pid = report->runner_pid;
	/* without a watch, the end of the command would not be noticed: on_start_done() kills it */
	if (session_watch_runner(watch, take_fd(&fds[1])) < 0) {
		session->pid = 0;
		return;
	}
	if (watch->starter)
		answer_started(watch, report->started_in, fds[0]);
	if (session->removes_set)
		session_watch_command(watch, take_fd(&fds[0]));
	events_session(session, EVENT_SESSION_STARTED);
	watch->keeper->counters.executed++;
}

static int check_running(const struct set *set, struct failure *failure)
{
	if (check_ready(set->state, set->name, failure))
		return ERROR_BUSY;
	if (set->frozen)
		return failure_set(failure, ERROR_BUSY, 0, "frozen", "%s", set->name);
	return 0;
}

/* Fills in *failure with the reason why the command was not started. If a fork has failed with
 * ENOMEM, first looks whether the set's init is ending: then the pid namespace takes no new
 * processes. */
static void explain(struct keeper *keeper, struct set *set, const struct task_report *report,
		    struct failure *failure)
{
	if (report->step == STEP_FORK && report->error == ENOMEM)
		process_watch_check_init(keeper, set);
	if (check_running(set, failure))
		return;
	task_error(report, failure);
	/* process 1 of an adopted pid namespace is not watched, so its end is only guessed */
	if (set->adopted && report->step == STEP_FORK && report->error == ENOMEM)
		failure_from_errno(failure, -ENOMEM,
				   "start a process: process 1 of this pid namespace has probably "
				   "ended");
}

static void on_start_done(struct operation *operation, const struct task_report *report)
{
	static const struct task_report lost = {.step = STEP_LOST, .error = ECHILD};
	struct watch *watch = operation->context;
	struct failure failure;

	/* the watch was freed, because the session has ended */
	if (!watch)
		return;
	watch->operation = NULL;
	if (watch->session->pid != 0)
		return;
	session_kill_start(watch->keeper, watch->session);
	explain(watch->keeper, watch->session->set, report->step != STEP_NONE ? report : &lost,
		&failure);
	session_abandon(watch, &failure);
}

/* --- the beginning --- */

static int copy_words(struct session *session, const struct wire_command *command)
{
	struct wire_session words;

	wire_clear(&wire_session_layout, &words);
	memcpy(words.words, command->words, sizeof(words.words));
	words.n_words = command->n_words;
	return wire_pack(&wire_session_layout, &words, &session->words, &session->words_size);
}

static int new_session(struct keeper *keeper, struct set *set, const struct wire_command *command,
		       struct watch **ret)
{
	struct session *session = calloc(1, sizeof(*session));
	struct watch *watch = calloc(1, sizeof(*watch));
	int r = session && watch ? copy_words(session, command) : -ENOMEM;

	if (r == 0) {
		session->set = set;
		session->owner = set->owner;
		session->started = clock_wall();
		session->attached = !command->detach;
		session->work = watch;
		unique_id_new(session->id);
		*watch = (struct watch){.keeper = keeper,
					.session = session,
					.leash_fd = -1,
					.runner_fd = -1,
					.command_fd = -1};
		r = registry_add_session(keeper->registry, session);
	}
	if (r < 0) {
		if (session)
			free(session->words);
		free(session);
		free(watch);
		return r;
	}
	*ret = watch;
	return 0;
}

/* Makes the session's status file and, if the file system can, reserves space for it, so that the
 * status can be written to a full disk. Returns a descriptor or -errno. */
static int open_status_file(struct keeper *keeper, const struct session *session)
{
	char name[ID_SIZE + 16];
	_cleanup_fd_ int fd = -1;

	snprintf(name, sizeof(name), "%s.status", session->id);
	fd = openat(store_sessions_fd(keeper->store), name,
		    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return negative_errno();
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, STATUS_FILE_SIZE) < 0 && errno != EOPNOTSUPP)
		return negative_errno();
	return take_fd(&fd);
}

/* Makes the leash of a command that is to end with its client: a pair of sockets, one for the
 * keeper and one for the runner. When the client is gone, the keeper closes its end, and the runner
 * then ends the command. Makes no leash for a detached command, or if the client has passed a
 * status pipe, by which the runner itself notices that the client is gone. Stores the runner's end,
 * or -1, in *ret_fd. Returns 0 or -errno. */
static int make_leash(struct watch *watch, const struct wire_command *command, int *ret_fd)
{
	int pair[2];

	*ret_fd = -1;
	if (command->detach || command->status_fd >= 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return negative_errno();
	watch->leash_fd = pair[0];
	*ret_fd = pair[1];
	return 0;
}

static void fill_identity(struct task_identity *task, const struct runs_as *as,
			  const struct peer_identity *peer)
{
	task->uid = as->identity.uid;
	task->gid = as->identity.gid;
	/* a command with another uid than its caller's gets none of its caller's groups */
	if (as->identity.uid != peer->uid || as->without_groups)
		return;
	/* If the command's group is one of the caller's supplementary groups, puts the caller's own
	 * group in its place. So the command stays a member of the caller's group, to which a file
	 * may deny access. */
	for (size_t i = 0; i < peer->n_groups; i++)
		task->groups[task->n_groups++].id =
			peer->groups[i] == task->gid ? peer->gid : peer->groups[i];
}

static int send_start(struct watch *watch, const struct client_connection *connection,
		      const struct wire_command *command, const struct runs_as *as)
{
	static struct task_start task;
	_cleanup_fd_ int status_fd = open_status_file(watch->keeper, watch->session);
	_cleanup_fd_ int leash_fd = -1;
	int r = status_fd < 0 ? status_fd : make_leash(watch, command, &leash_fd);

	if (r < 0)
		return r;
	wire_clear(&task_start_layout, &task);
	r = request_fill_caller(watch->starter, &task.caller);
	if (r < 0)
		return r;
	task.set = view_task_set(watch->session->set);
	fill_identity(&task.identity, as, &connection->peer.identity);
	task.inside_uid = as->identity.inside_uid;
	task.inside_gid = as->identity.inside_gid;
	task.command = *command;
	task.session = watch->session->id;
	task.ends_set = watch->session->removes_set;
	task.no_init = as->no_init;
	task.mount_proc = as->mount_proc;
	task.caller_limits = connection->peer.limits;
	task.caller_profile = connection->peer.identity.profile;
	task.caller_bounding = connection->peer.bounding;
	task.may_gain = as->identity.may_gain && !connection->peer.no_new_privileges;
	task.status_file_fd = status_fd;
	task.leash_fd = leash_fd;
	r = lane_operation(watch->starter, true, START_SECONDS, &watch->operation);
	if (r < 0)
		return r;
	watch->operation->context = watch;
	watch->operation->report = on_started;
	watch->operation->done = on_start_done;
	watch->operation->ends_early = true;
	r = operation_send(watch->operation, TASK_START, &task);
	if (r < 0)
		watch->operation = NULL;
	return r;
}

void session_start(struct keeper *keeper, struct request *request, struct set *set,
		   const struct wire_command *command, const struct runs_as *as, bool removes_set)
{
	struct client_connection *connection = request_connection(request);
	struct failure failure = {};
	struct watch *watch = NULL;
	int r = connection ? 0 : -EPIPE;

	if (r == 0 && quota_take(keeper, set->owner, QUOTA_SESSIONS, &failure)) {
		request_fail(keeper, request, &failure);
		if (removes_set)
			run_end(keeper, set);
		return;
	}
	if (r == 0)
		r = new_session(keeper, set, command, &watch);
	if (!watch) {
		if (connection)
			quota_add(keeper, set->owner, QUOTA_SESSIONS, -1);
		failure_from_errno(&failure, r, "start the session");
		request_fail(keeper, request, &failure);
		if (removes_set)
			run_end(keeper, set);
		return;
	}
	watch->starter = request;
	watch->more = command->more;
	watch->connection = request->connection;
	watch->session->removes_set = removes_set;
	r = store_write_session(keeper->store, watch->session);
	fault_point("exec-recorded");
	if (r == 0)
		r = send_start(watch, connection, command, as);
	if (r < 0) {
		failure_from_errno(&failure, r, "start the session");
		session_abandon(watch, &failure);
		return;
	}
	connection->has_leases |= watch->leash_fd >= 0;
	request->gone = on_starter_gone;
	request->holder = watch;
	idle_look(keeper, set);
}

/* Makes the set end with the command that is about to start, instead of by its lease. If the set
 * can no longer run a command, for example because its init has just ended, begins to remove the
 * set and what the same Apply has made (run_end()). Returns 0 or an error. */
static int end_with_command(struct keeper *keeper, const struct request *request, struct set *set,
			    struct failure *failure)
{
	int r;

	/* run_end() would not remove what the Apply that is making this set makes later */
	if (store_is_applying(keeper->store, set->group))
		return failure_set(failure, ERROR_BUSY, 0, "creating", "%s", set->name);
	r = lease_end_with_command(keeper, request, set, failure);
	if (r)
		return r;
	fault_point("exec-ends-set");
	/* the init of the set may have ended just now */
	r = check_running(set, failure);
	if (r)
		run_end(keeper, set);
	return r;
}

int on_exec(struct keeper *keeper, struct request *request, struct wire_exec *asked,
	    struct failure *failure)
{
	struct runs_as as = {};
	struct set *set;
	int r = request_find_set(keeper, request, asked->name, asked->has_owner, asked->owner, &set,
				 failure);

	if (r == 0)
		r = check_running(set, failure);
	/* kinds: the namespaces that the command enters (0: all). If the caller is in the user
	 * namespace of a set, the command must also enter that of the set it runs in. */
	if (r == 0 && *request->subject.home && asked->command.kinds)
		asked->command.kinds |= set->kinds & KIND_BIT(KIND_USER);
	/* The processes of a set in its caller's cgroup are ended by the end of the set's pid
	 * namespace, so all commands enter this namespace. */
	if (r == 0 && set->callers_cgroup && asked->command.kinds)
		asked->command.kinds |= KIND_BIT(KIND_PID);
	if (r == 0)
		r = check_command(&asked->command, set->kinds, failure);
	if (r == 0)
		r = admission_of_exec(keeper, request, set, &asked->command, &as, failure);
	if (r == 0 && asked->remove)
		r = end_with_command(keeper, request, set, failure);
	if (r)
		return r;
	request = request_keep(request);
	if (!request && asked->remove)
		run_end(keeper, set);
	if (!request)
		return failure_from_errno(failure, -ENOMEM, "start the session");
	session_start(keeper, request, set, &asked->command, &as, asked->remove);
	return 0;
}
