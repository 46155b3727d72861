/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/run-end.h"
#include "daemon/keeper/set/session-end.h"
#include "daemon/keeper/set/session-left.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/process.h"

/* --- the status file --- */

/* The contents of a status file, as far as the runner has written it (daemon/kernel/runner.h). From
 * this file the keeper learns how a command ended, even if no keeper ran then. number: the exit
 * status if exited is true, or the signal. when: Unix epoch, microseconds. */
struct exit_status {
	pid_t runner, command;
	uint64_t runner_start;
	bool ended, exited;
	unsigned int number;
	uint64_t when;
};

/* Reads the status file of the session with this id. Returns 0 or -errno. If there is no file,
 * returns 0, and *ret is all zeros. */
static int read_status(const struct store *store, const char *id, struct exit_status *ret)
{
	char name[ID_SIZE + 16], word[16], line[128];
	_cleanup_file_ FILE *file = NULL;
	unsigned long long first, second;
	int fd;

	*ret = (struct exit_status){};
	snprintf(name, sizeof(name), "%s.status", id);
	fd = openat(store_sessions_fd(store), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	file = fd < 0 ? NULL : fdopen(fd, "re");
	if (!file) {
		int r = negative_errno();

		close_fd(fd);
		return r == -ENOENT ? 0 : r;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%15s %llu %llu", word, &first, &second) != 3)
			continue;
		if (strcmp(word, "runner") == 0) {
			ret->runner = first;
			ret->runner_start = second;
		} else if (strcmp(word, "command") == 0) {
			ret->command = first;
		} else {
			ret->ended = true;
			ret->exited = strcmp(word, "exit") == 0;
			ret->number = first;
			ret->when = second;
		}
	}
	return ferror(file) ? negative_errno() : 0;
}

/* Fills in how the session ended, from its status file. If the file does not tell, for example
 * because the runner was killed, says that the session was ended now by SIGKILL. now: Unix epoch,
 * microseconds. */
static void apply_status(const struct exit_status *status, uint64_t now, struct session *session)
{
	session->ended = status->ended ? status->when : now;
	session->exited = status->ended && status->exited;
	session->status = session->exited ? status->number : 0;
	session->signal = session->exited ? 0 : status->ended ? status->number : SIGKILL;
}

static struct log_fields fields_of(const struct session *session)
{
	return (struct log_fields){.has_uid = true,
				   .uid = session->owner,
				   .set = session->set->name,
				   .session = session->id};
}

/* --- the end of a session --- */

void session_answer_ended(struct keeper *keeper, struct request *request,
			  const struct session *session)
{
	struct wire_session wire;

	wire_clear(&wire_session_layout, &wire);
	view_session(session, &wire);
	request_done(keeper, request, &wire_session_layout, &wire);
}

static void watch_free(struct watch *watch)
{
	if (watch->operation)
		watch->operation->context = NULL;
	free_event(watch->runner_event);
	free_event(watch->command_event);
	close_fd(watch->runner_fd);
	close_fd(watch->command_fd);
	close_fd(watch->leash_fd);
	free(watch);
}

/* Ends a session: answers the requests that wait for it, records it, and frees the watch. If the
 * set ends with the command, begins its removal, which then answers the starter. The caller must
 * have filled in how the command ended. */
static void end_session(struct watch *watch)
{
	struct keeper *keeper = watch->keeper;
	struct session *session = watch->session;
	struct set *set = session->set;
	struct request *starter = watch->more ? watch->starter : NULL;
	struct log_fields fields = fields_of(session);

	/* on_starter_gone() would use the watch, which is freed below, but the starter may wait
	 * longer, for the removal of the set */
	if (starter)
		starter->gone = NULL;
	session->runner_pid = session->pid = 0;
	session->work = NULL;
	log_operation("sessions ended", LOG_INFO, &fields, "set %s of %s: session ended: %s %u",
		      fields.set, user_name(fields.uid).text, session->exited ? "exit" : "signal",
		      session->exited ? session->status : session->signal);
	events_session(session, EVENT_SESSION_ENDED);
	if (starter && !session->removes_set)
		session_answer_ended(keeper, starter, session);
	while (watch->waiters) {
		struct request *waiter = watch->waiters;

		watch->waiters = waiter->behind;
		session_answer_ended(keeper, waiter, session);
	}
	/* The removals are recorded before the end of the session. So if the keeper dies in
	 * between, its next start continues them. */
	if (session->removes_set)
		run_end_answer(keeper, session, starter);
	store_write_session(keeper->store, session);
	watch_free(watch);
	session_leave(keeper, session);
	idle_look(keeper, set);
	remove_session_ended(keeper, set);
}

/* Answers the requests of Wait with ERROR_NOT_FOUND, as if there had been no session. */
static void fail_waiters(struct watch *watch)
{
	struct failure failure;

	failure_set(&failure, ERROR_NOT_FOUND, 0, "session", "%s", watch->session->id);
	while (watch->waiters) {
		struct request *waiter = watch->waiters;

		watch->waiters = waiter->behind;
		request_fail(watch->keeper, waiter, &failure);
	}
}

void session_abandon(struct watch *watch, const struct failure *failure)
{
	struct keeper *keeper = watch->keeper;
	struct session *session = watch->session;
	struct set *set = session->set;

	if (watch->starter)
		request_fail(keeper, watch->starter, failure);
	fail_waiters(watch);
	session->work = NULL;
	session_remove_cgroup(keeper, session);
	session_drop_record(session, keeper);
	quota_add(keeper, session->owner, QUOTA_SESSIONS, -1);
	/* This is needed even if the set is already being removed, for example because its init has
	 * ended: what the same Apply has made may not be. */
	if (session->removes_set)
		run_end(keeper, set);
	watch_free(watch);
	registry_drop_session(keeper->registry, session);
	idle_look(keeper, set);
	remove_session_ended(keeper, set);
}

/* Kills all processes in the cgroup of the session. */
static void kill_session(struct keeper *keeper, const struct session *session)
{
	_cleanup_fd_ int fd = session_open_cgroup(keeper, session);

	if (fd >= 0)
		cgroup_kill(fd);
}

void session_kill_start(struct keeper *keeper, const struct session *session)
{
	_cleanup_fd_ int runner_fd = -1;
	struct exit_status status;

	if (read_status(keeper->store, session->id, &status) == 0 && status.runner)
		runner_fd = process_find(status.runner, status.runner_start);
	if (runner_fd >= 0)
		process_signal(runner_fd, SIGKILL);
	kill_session(keeper, session);
}

/* Called when the runner has ended, so that its status file does not change any more. Ends the
 * session. */
static void on_runner_ended(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	static const struct timeval pause = {.tv_usec = 100000};
	struct watch *watch = context;
	struct exit_status status;

	/* if the file cannot be read, for example for lack of memory, tries again later */
	if (read_status(watch->keeper->store, watch->session->id, &status) < 0 &&
	    event_base_once(watch->keeper->loop, -1, EV_TIMEOUT, on_runner_ended, watch, &pause) ==
		    0)
		return;
	if (!status.ended)
		kill_session(watch->keeper, watch->session);
	if (!status.ended && !status.command && watch->session->pid == 0) {
		/* an earlier daemon began the start, but the command was not executed */
		session_abandon(watch, NULL);
		return;
	}
	apply_status(&status, clock_wall(), watch->session);
	end_session(watch);
}

int session_watch_runner(struct watch *watch, int runner_fd)
{
	static const struct timeval now = {};

	watch->runner_fd = runner_fd;
	watch->runner_event = event_new(watch->keeper->loop, runner_fd,
					runner_fd >= 0 ? EV_READ : 0, on_runner_ended, watch);
	if (!watch->runner_event ||
	    event_add(watch->runner_event, runner_fd >= 0 ? NULL : &now) < 0)
		return -ENOMEM;
	return 0;
}

static void on_command_ended(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct watch *watch = context;

	if (watch->session->set->state == SET_READY)
		run_end(watch->keeper, watch->session->set);
}

void session_watch_command(struct watch *watch, int command_fd)
{
	watch->command_fd = command_fd;
	watch->command_event =
		event_new(watch->keeper->loop, command_fd, EV_READ, on_command_ended, watch);
	if (watch->command_event)
		event_add(watch->command_event, NULL);
}

/* --- connections that end --- */

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

/* --- the start and the end of the keeper --- */

static int find_runner(struct watch *watch, const struct exit_status *status)
{
	int fd = status->runner ? process_find(status->runner, status->runner_start) : -ESRCH;

	return is_shortage(fd) ? fd : session_watch_runner(watch, MAX(fd, -1));
}

int session_recover(struct keeper *keeper, struct session *session)
{
	struct registry_use *use = registry_use(keeper->registry, session->owner);
	struct watch *watch = calloc(1, sizeof(*watch));
	struct exit_status status;
	int r;

	if (!watch || !use) {
		free(watch);
		return -ENOMEM;
	}
	*watch = (struct watch){.keeper = keeper,
				.session = session,
				.leash_fd = -1,
				.runner_fd = -1,
				.command_fd = -1};
	r = read_status(keeper->store, session->id, &status);
	if (r == 0)
		r = find_runner(watch, &status);
	if (r < 0) {
		watch_free(watch);
		return r;
	}
	use->sessions++;
	session->work = watch;
	session->runner_pid = status.runner;
	session->pid = status.command;
	return 0;
}

/* Frees a watch at the keeper's end. Drops its requests without an answer. */
static void stop_watching(struct watch *watch)
{
	watch->session->work = NULL;
	request_drop(watch->starter);
	while (watch->waiters) {
		struct request *waiter = watch->waiters;

		watch->waiters = waiter->behind;
		request_drop(waiter);
	}
	watch_free(watch);
}

void session_stop(struct keeper *keeper)
{
	for (struct set *set = registry_next_set(keeper->registry, 0, NULL); set;
	     set = registry_next_set(keeper->registry, set->owner, set->name))
		for (struct session *at = set->sessions; at; at = at->next_in_set) {
			session_left_stop(at);
			if (at->work)
				stop_watching(at->work);
		}
}

void session_age(struct keeper *keeper)
{
	registry_age_sessions(keeper->registry, clock_wall() - UINT64_C(1000000) * ENDED_SECONDS,
			      session_drop_record, keeper);
}
