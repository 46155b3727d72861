/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/keeper/check.h"
#include "daemon/keeper/lifecycle.h"
#include "daemon/keeper/log.h"
#include "daemon/keeper/monitor.h"
#include "daemon/keeper/operation.h"
#include "daemon/keeper/session.h"
#include "daemon/keeper/status-file.h"
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/process.h"

/* For a command to be executed: it may lie on a file system that hangs. */
#define START_SECONDS 20

/* What watches a session that runs: session->work. */
struct watch {
	struct keeper *keeper;
	struct session *session;
	struct operation *operation; /* by which it is started; NULL when that is over */
	struct request *starter;     /* EXEC's or RUN's, until its last answer */
	bool more;		     /* the starter waits for the end */
	struct request *waiters;     /* WAIT's */
	uint32_t connection;	     /* the starter's */
	int leash_fd;		     /* the command ends when this closes; -1: it does not */
	int runner_fd;		     /* the runner's pidfd; -1: there is none (yet) */
	struct event *runner_event;  /* of it: the session ends when the runner does */
};

static struct log_fields fields_of(const struct session *session)
{
	return (struct log_fields){.has_uid = true, .uid = session->owner, .session = session->id};
}

bool session_any_running(const struct set *set)
{
	for (const struct session *at = set->sessions; at; at = at->next_in_set)
		if (!at->ended)
			return true;
	return false;
}

/* --- the end --- */

static void fill_ended(const struct session *session, struct wire_session *ret)
{
	wire_clear(&wire_session_layout, ret);
	ret->session = session->id;
	ret->set = session->set ? session->set->name : NULL;
	ret->started = session->started;
	ret->ended = session->ended;
	ret->exited = session->exited;
	ret->exit_status = session->status;
	ret->signal = session->signal;
}

static void answer_ended(struct keeper *keeper, struct request *request,
			 const struct session *session)
{
	struct wire_session wire;

	fill_ended(session, &wire);
	request_done(keeper, request, &wire_session_layout, &wire);
}

static void watch_free(struct watch *watch)
{
	if (watch->operation)
		watch->operation->context = NULL;
	if (watch->runner_event)
		event_free(watch->runner_event);
	close_fd(watch->runner_fd);
	close_fd(watch->leash_fd);
	free(watch);
}

static void drop_record(struct session *session, void *context)
{
	struct keeper *keeper = context;
	char name[SESSION_SIZE + 16];

	store_remove_session(keeper->store, session->id);
	snprintf(name, sizeof(name), "%s.status", session->id);
	unlinkat(store_sessions_fd(keeper->store), name, 0);
}

static void remove_cgroup(struct keeper *keeper, const struct session *session)
{
	char path[CGROUP_PATH_SIZE];
	int r;

	snprintf(path, sizeof(path), "%u/%s/%s", session->owner, session->set->id, session->id);
	r = cgroup_remove(keeper->cgroup_fd, path);
	if (r < 0)
		log_warning("cgroup %s not removed: %s", path, strerror(-r));
}

static void uncount(struct keeper *keeper, const struct session *session)
{
	struct registry_use *use = registry_use(keeper->registry, session->owner);

	if (use && use->sessions > 0)
		use->sessions--;
	registry_use_settle(keeper->registry, session->owner);
}

/* A Run is over when its set is gone. */
struct run_end {
	struct request *request;
	struct wire_session wire;
	char id[SESSION_SIZE], name[NAME_SIZE];
};

static void on_run_removed(struct keeper *keeper, const struct failure *failure, void *context)
{
	struct run_end *end = context;

	if (end && end->request && failure)
		request_fail(keeper, end->request, failure);
	else if (end && end->request)
		request_done(keeper, end->request, &wire_session_layout, &end->wire);
	free(end);
}

static void remove_run_set(struct keeper *keeper, const struct session *session,
			   struct request *request)
{
	struct run_end *end = calloc(1, sizeof(*end));

	if (end) {
		end->request = request;
		fill_ended(session, &end->wire);
		memcpy(end->id, session->id, sizeof(end->id));
		end->wire.session = end->id;
		memcpy(end->name, session->set->name, sizeof(end->name));
		end->wire.set = end->name;
	} else if (request) {
		answer_ended(keeper, request, session);
	}
	lifecycle_remove(keeper, session->set, 0, on_run_removed, end);
}

/* The fields say how; everybody who waits is told, and nothing but the record stays. */
static void end_session(struct watch *watch)
{
	struct keeper *keeper = watch->keeper;
	struct session *session = watch->session;
	struct set *set = session->set;
	struct request *starter = watch->more ? watch->starter : NULL;
	struct log_fields fields = fields_of(session);

	session->runner_pid = session->pid = 0;
	session->work = NULL;
	log_line(LOG_INFO, &fields, "session ended: %s %u", session->exited ? "exit" : "signal",
		 session->exited ? session->status : session->signal);
	monitor_session(keeper, session, EVENT_SESSION_ENDED);
	remove_cgroup(keeper, session);
	if (starter && !session->removes_set)
		answer_ended(keeper, starter, session);
	while (watch->waiters) {
		struct request *waiter = watch->waiters;

		watch->waiters = waiter->behind;
		answer_ended(keeper, waiter, session);
	}
	store_write_session(keeper->store, session);
	uncount(keeper, session);
	if (session->removes_set && set->state == SET_READY)
		remove_run_set(keeper, session, starter);
	else if (session->removes_set && starter)
		answer_ended(keeper, starter, session);
	watch_free(watch);
	registry_end_session(keeper->registry, session, drop_record, keeper);
	lifecycle_session_ended(keeper, set);
}

/* It never ran: nothing of it stays, and who asked for it hears why. */
static void abandon(struct watch *watch, const struct failure *failure)
{
	struct keeper *keeper = watch->keeper;
	struct session *session = watch->session;
	struct set *set = session->set;

	if (watch->starter)
		request_fail(keeper, watch->starter, failure);
	session->work = NULL;
	remove_cgroup(keeper, session);
	drop_record(session, keeper);
	uncount(keeper, session);
	if (session->removes_set && set->state == SET_READY)
		lifecycle_remove(keeper, set, 0, on_run_removed, NULL);
	watch_free(watch);
	registry_drop_session(keeper->registry, session);
	lifecycle_session_ended(keeper, set);
}

static void kill_session(struct keeper *keeper, const struct session *session)
{
	char path[CGROUP_PATH_SIZE];
	_cleanup_fd_ int fd = -1;

	snprintf(path, sizeof(path), "%u/%s/%s", session->owner, session->set->id, session->id);
	fd = cgroup_open(keeper->cgroup_fd, path);
	if (fd >= 0)
		cgroup_kill(fd);
}

/* What it has written by then is all that can be known. */
static void on_runner_ended(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct watch *watch = context;
	struct status_file status;

	status_file_read(watch->keeper->store, watch->session->id, &status);
	if (!status.ended)
		kill_session(watch->keeper, watch->session);
	if (!status.ended && !status.command) {
		abandon(watch, NULL); /* nothing was ever executed, and nobody waits */
		return;
	}
	status_file_apply(&status, keeper_now(), watch->session);
	end_session(watch);
}

/* runner_fd: a pidfd, taken over; -1: it has ended, which is finished from the loop all the same.
 */
static void watch_runner(struct watch *watch, int runner_fd)
{
	static const struct timeval now = {};

	watch->runner_fd = runner_fd;
	watch->runner_event = event_new(watch->keeper->loop, runner_fd,
					runner_fd >= 0 ? EV_READ : 0, on_runner_ended, watch);
	if (watch->runner_event)
		event_add(watch->runner_event, runner_fd >= 0 ? NULL : &now);
}

/* --- what comes of starting it --- */

static void answer_started(struct watch *watch, int process_fd)
{
	struct keeper *keeper = watch->keeper;
	struct session *session = watch->session;
	struct wire_session wire;

	wire_clear(&wire_session_layout, &wire);
	wire.session = session->id;
	wire.set = session->set->name;
	wire.pid = session->pid;
	wire.process_fd = process_fd;
	wire.started = session->started;
	request_begin(keeper, watch->starter, watch->more ? WIRE_CONTINUES : 0);
	wire_put(&keeper->to_front, &wire_session_layout, &wire);
	if (watch->more) {
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
	watch_runner(watch, take_fd(&fds[1]));
	if (watch->starter)
		answer_started(watch, fds[0]);
	monitor_session(watch->keeper, session, EVENT_SESSION_STARTED);
	watch->keeper->counters.executed++;
}

static void on_start_done(struct operation *operation, const struct task_report *report)
{
	struct watch *watch = operation->context;
	struct failure failure;

	/* it may have ended by now */
	if (!watch)
		return;
	watch->operation = NULL;
	if (watch->session->pid != 0)
		return;
	kill_session(watch->keeper, watch->session);
	keeper_failure_from_fault(report->step ? report->step : STEP_LOST, report->detail,
				  report->step ? report->error : ECHILD, &failure);
	abandon(watch, &failure);
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

static int count_session(struct keeper *keeper, uid_t owner, struct failure *failure)
{
	struct registry_use *use = registry_use(keeper->registry, owner);

	if (!use)
		return failure_from_errno(failure, -ENOMEM, "start the session");
	if (owner != 0 && use->sessions >= keeper->config->limits.sessions) {
		registry_use_settle(keeper->registry, owner);
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, keeper->config->limits.sessions,
				   "sessions", NULL);
	}
	use->sessions++;
	return 0;
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
		session->started = keeper_now();
		session->attached = !command->detach;
		session->work = watch;
		keeper_new_id(session->id);
		*watch = (struct watch){
			.keeper = keeper, .session = session, .leash_fd = -1, .runner_fd = -1};
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

static int open_status_file(struct keeper *keeper, const struct session *session)
{
	char name[SESSION_SIZE + 16];
	int fd;

	snprintf(name, sizeof(name), "%s.status", session->id);
	fd = openat(store_sessions_fd(keeper->store), name,
		    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	return fd < 0 ? negative_errno() : fd;
}

/* For an attached command whose client gave no pipe that tells when it has gone. */
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
	/* another's groups are nobody's to give: root in a user's set has none */
	if (as->identity.uid != peer->uid || as->without_groups)
		return;
	for (size_t i = 0; i < peer->n_groups; i++)
		task->groups[task->n_groups++].id = peer->groups[i];
}

static int send_start(struct watch *watch, const struct connection *connection,
		      const struct wire_command *command, const struct runs_as *as)
{
	static struct task_start task;
	_cleanup_fd_ int status_fd = open_status_file(watch->keeper, watch->session);
	_cleanup_fd_ int leash_fd = -1;
	int r = status_fd < 0 ? status_fd : make_leash(watch, command, &leash_fd);

	if (r < 0)
		return r;
	wire_clear(&task_start_layout, &task);
	task.set = keeper_task_set(watch->session->set);
	fill_identity(&task.identity, as, &connection->peer.identity);
	task.inside_uid = as->identity.inside_uid;
	task.inside_gid = as->identity.inside_gid;
	task.command = *command;
	task.session = watch->session->id;
	task.no_init = as->no_init;
	task.mount_proc = as->mount_proc;
	task.caller_fd = connection->peer.pid_fd;
	task.caller_pid = connection->peer.pid;
	task.caller_bounding = connection->peer.bounding;
	task.caller_no_new_privileges = connection->peer.no_new_privileges;
	task.status_file_fd = status_fd;
	task.leash_fd = leash_fd;
	r = operation_new(watch->keeper, START_SECONDS, &watch->operation);
	if (r < 0)
		return r;
	watch->operation->context = watch;
	watch->operation->report = on_started;
	watch->operation->done = on_start_done;
	r = operation_send(watch->operation, TASK_START, &task_start_layout, &task);
	if (r < 0)
		watch->operation = NULL;
	return r;
}

void session_start(struct keeper *keeper, struct request *request, struct set *set,
		   const struct wire_command *command, const struct runs_as *as, bool removes_set)
{
	struct connection *connection = request_connection(request);
	struct failure failure = {};
	struct watch *watch = NULL;
	int r = connection ? 0 : -EPIPE;

	if (r == 0 && count_session(keeper, set->owner, &failure)) {
		request_fail(keeper, request, &failure);
		if (removes_set)
			lifecycle_remove(keeper, set, 0, on_run_removed, NULL);
		return;
	}
	if (r == 0)
		r = new_session(keeper, set, command, &watch);
	if (!watch) {
		if (connection)
			uncount(keeper, &(struct session){.owner = set->owner});
		failure_from_errno(&failure, r, "start the session");
		request_fail(keeper, request, &failure);
		if (removes_set)
			lifecycle_remove(keeper, set, 0, on_run_removed, NULL);
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
		abandon(watch, &failure);
		return;
	}
	connection->has_leases |= watch->leash_fd >= 0;
}

static int check_ready(const struct set *set, struct failure *failure)
{
	static const char *const states[] = {
		[SET_CREATING] = "creating", [SET_REMOVING] = "removing", [SET_BROKEN] = "broken"};

	if (set->state != SET_READY)
		return failure_set(failure, ERROR_BUSY, 0, states[set->state], "%s", set->name);
	if (set->frozen)
		return failure_set(failure, ERROR_BUSY, 0, "frozen", "%s", set->name);
	return 0;
}

static int try_exec(struct keeper *keeper, struct request *request, const struct wire_exec *exec,
		    struct failure *failure)
{
	struct runs_as as = {};
	struct set *set;
	int r = server_find_set(keeper, request, exec->name, exec->has_owner, exec->owner, &set,
				failure);

	if (r == 0)
		r = check_ready(set, failure);
	if (r == 0)
		r = check_command(&exec->command, set->kinds, failure);
	if (r == 0)
		r = admission_of_exec(request, set, &exec->command, &as, failure);
	if (r)
		return r;
	request = request_keep(request);
	if (!request)
		return failure_from_errno(failure, -ENOMEM, "start the session");
	session_start(keeper, request, set, &exec->command, &as, false);
	return 0;
}

void session_on_exec(struct keeper *keeper, struct request *request, struct wire_message *message)
{
	static struct wire_exec exec;
	struct failure failure = {};
	int r;

	if (wire_decode(message, &wire_exec_layout, &exec) < 0)
		r = failure_set(&failure, ERROR_INVALID_PARAMETER, 0, "command", NULL);
	else
		r = try_exec(keeper, request, &exec, &failure);
	if (r)
		request_fail(keeper, request, &failure);
}

/* --- waiting --- */

void session_on_wait(struct keeper *keeper, struct request *request, struct wire_message *message)
{
	struct failure failure = {};
	struct session *session = NULL;
	struct wire_ask ask;
	uid_t owner;
	int r;

	if (wire_decode(message, &wire_ask_layout, &ask) < 0)
		r = failure_set(&failure, ERROR_INVALID_PARAMETER, 0, "session", NULL);
	else
		r = check_session(ask.session, &failure);
	if (r == 0) {
		session = registry_find_session(keeper->registry, ask.session);
		r = session ? authz_owner(&request->subject, true, session->owner, "session",
					  ask.session, &owner, &failure)
			    : failure_set(&failure, ERROR_NOT_FOUND, 0, "session", "%s",
					  ask.session);
	}
	if (r) {
		request_fail(keeper, request, &failure);
	} else if (session->ended) {
		answer_ended(keeper, request, session);
	} else if (session->work) {
		struct watch *watch = session->work;

		request = request_keep(request);
		if (request) {
			request->behind = watch->waiters;
			watch->waiters = request;
		}
	}
}

/* --- connections that go --- */

static void let_go(struct session *session, void *context)
{
	const uint32_t *connection = context;
	struct watch *watch = session->work;

	if (watch && watch->connection == *connection)
		watch->leash_fd = close_fd(watch->leash_fd);
}

void session_connection_gone(struct keeper *keeper, uint32_t connection)
{
	registry_each_session(keeper->registry, let_go, &connection);
}

/* --- after a restart --- */

void session_recover(struct keeper *keeper, struct session *session)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	struct registry_use *use = registry_use(keeper->registry, session->owner);
	struct status_file status;
	int runner_fd;

	if (!watch || !use) {
		free(watch);
		return;
	}
	use->sessions++;
	status_file_read(keeper->store, session->id, &status);
	*watch = (struct watch){.keeper = keeper, .session = session, .leash_fd = -1};
	session->work = watch;
	session->runner_pid = status.runner;
	session->pid = status.command;
	runner_fd = status.runner ? process_find(status.runner, status.runner_start) : -ESRCH;
	watch_runner(watch, MAX(runner_fd, -1));
}

void session_age(struct keeper *keeper)
{
	registry_age_sessions(keeper->registry, keeper_now() - UINT64_C(1000000) * ENDED_SECONDS,
			      drop_record, keeper);
}
