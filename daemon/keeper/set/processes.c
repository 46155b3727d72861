/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Methods on the processes of a set, which are those in its cgroup: ListProcesses,
 * Kill, Freeze and Thaw.
 */
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/state/view.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/fault.h"

#define FREEZE_SECONDS 10

/* Answers with the set's cgroup, and with the sessions whose command runs or has left processes.
 * The front (the process that serves the client) then reads the processes from the cgroup. */
int on_list_processes(struct keeper *keeper, struct request *request, struct wire_ask *asked,
		      struct failure *failure)
{
	static struct wire_set wire;
	static struct wire_session session;
	char path[CGROUP_PROCESSES_SIZE];
	struct set *set;
	int r = request_find_asked(keeper, request, asked, &set, failure);

	if (r)
		return r;
	view_cgroup_path(set, path);
	wire_clear(&wire_set_layout, &wire);
	wire.processes_in = path;
	wire.frozen = set->frozen;
	request_begin(keeper, request, 0);
	wire_put(keeper->to_front, &wire_set_layout, &wire);
	for (const struct session *at = set->sessions; at; at = at->next_in_set) {
		if (!session_counts(at))
			continue;
		wire_clear(&wire_session_layout, &session);
		session.session = at->id;
		session.ended = at->ended;
		wire_put_item(keeper->to_front, WIRE_ITEM_SESSION, &wire_session_layout, &session);
	}
	request_end(keeper, request);
	return 0;
}

/* --- signals and the freezer --- */

/* Deadline for sending signals. A set may have thousands of processes, and each needs a few system
 * calls. */
#define SIGNAL_SECONDS 20

static void on_signalled(struct operation *operation, const struct task_report *report)
{
	struct request *request = operation->context;
	struct failure failure;

	if (report->step == STEP_NONE) {
		request_done(operation->keeper, request, NULL, NULL);
		return;
	}
	task_error(report, &failure);
	request_fail(operation->keeper, request, &failure);
}

/* Lets a worker send the signal. Returns 0 if on_signalled() will answer the request, or -errno. */
static int signal_set(struct keeper *keeper, const struct request *request, const struct set *set,
		      const struct wire_ask *ask)
{
	const struct task_signal task = {
		.set = view_task_set(set),
		.session = ask->session,
		.signal = ask->signal,
		.init_pid = ask->session ? 0 : set->init_pid,
	};
	struct request *kept = request_keep(request);
	struct operation *operation;
	int r = kept ? operation_new(keeper, request->subject.uid, TURN_CLEANUP, SIGNAL_SECONDS,
				     &operation)
		     : -ENOMEM;

	if (r == 0) {
		operation->context = kept;
		operation->done = on_signalled;
		r = operation_send(operation, TASK_SIGNAL, &task);
	}
	if (r < 0)
		request_drop(kept);
	return r;
}

/* Checks the signal and the session in the request. Returns 0 or an error. */
static int check_signal(struct keeper *keeper, const struct set *set, const struct wire_ask *ask,
			struct failure *failure)
{
	const struct session *session;
	int r;

	if (ask->signal < 1 || ask->signal > 64)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "signal", "is 1 to 64");
	if (!ask->session)
		return 0;
	r = check_session(ask->session, failure);
	if (r)
		return r;
	session = registry_find_session(keeper->registry, ask->session);
	if (!session || session->set != set)
		return failure_set(failure, ERROR_NOT_FOUND, 0, "session", "%s", ask->session);
	return 0;
}

int on_kill(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	    struct failure *failure)
{
	struct set *set;
	int r = request_find_asked(keeper, request, asked, &set, failure);

	if (r == 0)
		r = check_signal(keeper, set, asked, failure);
	/* while the set is being made, its only processes are nsctld's, which make it */
	if (r == 0 && set->state == SET_CREATING)
		r = failure_set(failure, ERROR_BUSY, 0, "creating", "%s", set->name);
	if (r)
		return r;
	r = signal_set(keeper, request, set, asked);
	return r < 0 ? failure_from_errno(failure, r, "signal the processes") : 0;
}

/* A Freeze or Thaw in progress. The kernel may need some time to freeze or thaw the set's cgroup,
 * and reports the end in cgroup.events. */
struct freeze {
	struct keeper *keeper;
	struct request *request;
	struct event *event;
	int events_fd;
	bool wanted;
	bool changes;	  /* the set was not in the wanted state before */
	char id[ID_SIZE]; /* the set's */
};

static void end_freeze(struct freeze *freeze, const struct failure *failure)
{
	if (failure)
		request_fail(freeze->keeper, freeze->request, failure);
	else
		request_done(freeze->keeper, freeze->request, NULL, NULL);
	free_event(freeze->event);
	close_fd(freeze->events_fd);
	free(freeze);
}

static void on_frozen(evutil_socket_t fd, short what, void *context)
{
	struct freeze *freeze = context;
	struct set *set = registry_find_set_id(freeze->keeper->registry, freeze->id);
	bool populated = false, frozen = false;
	struct failure failure;
	_cleanup_fd_ int cgroup_fd = -1;
	int r = cgroup_read_events(fd, &populated, &frozen);

	if (r == 0 && frozen != freeze->wanted && !(what & EV_TIMEOUT))
		return; /* the file has changed for another reason */
	if (r == 0 && frozen == freeze->wanted && set) {
		set->frozen = freeze->wanted;
		if (freeze->changes)
			events_set(set, freeze->wanted ? EVENT_SET_FROZEN : EVENT_SET_THAWED, NULL,
				   NULL);
		end_freeze(freeze, NULL);
		return;
	}
	if (set && freeze->wanted) {
		/* all or nothing: if a process cannot be frozen, thaw the others */
		cgroup_fd = view_open_cgroup(freeze->keeper, set);
		if (cgroup_fd >= 0)
			cgroup_freeze(cgroup_fd, false);
		set->frozen = false;
	}
	failure_from_errno(&failure, r < 0 ? r : -ETIMEDOUT,
			   freeze->wanted ? "freeze the set" : "thaw the set");
	end_freeze(freeze, &failure);
}

static int start_freeze(struct keeper *keeper, const struct request *request, struct set *set,
			bool wanted)
{
	static const struct timeval limit = {.tv_sec = FREEZE_SECONDS};
	_cleanup_fd_ int cgroup_fd = view_open_cgroup(keeper, set);
	struct freeze *freeze = calloc(1, sizeof(*freeze));
	int r = !freeze ? -ENOMEM : MIN(cgroup_fd, 0);

	if (r == 0)
		r = cgroup_freeze(cgroup_fd, wanted);
	if (r < 0) {
		free(freeze);
		return r;
	}
	*freeze = (struct freeze){.keeper = keeper, .wanted = wanted};
	freeze->changes = set->frozen != wanted;
	memcpy(freeze->id, set->id, sizeof(freeze->id));
	freeze->events_fd = cgroup_open_events(cgroup_fd);
	freeze->request = freeze->events_fd < 0 ? NULL : request_keep(request);
	/* a change gives POLLPRI | POLLERR, which libevent reports as readable */
	freeze->event = freeze->request ? event_new(keeper->loop, freeze->events_fd,
						    EV_READ | EV_PERSIST | EV_ET, on_frozen, freeze)
					: NULL;
	if (!freeze->event || event_add(freeze->event, &limit) < 0) {
		cgroup_freeze(cgroup_fd, set->frozen);
		request_drop(freeze->request);
		free_event(freeze->event);
		close_fd(freeze->events_fd);
		free(freeze);
		return -ENOMEM;
	}
	/* from now on no command may start in the set */
	set->frozen = wanted ? true : set->frozen;
	on_frozen(freeze->events_fd, EV_READ, freeze);
	return 0;
}

static int change_freeze(struct keeper *keeper, struct request *request,
			 const struct wire_ask *asked, bool wanted, struct failure *failure)
{
	struct set *set;
	int r = request_find_asked(keeper, request, asked, &set, failure);

	if (r == 0)
		r = check_ready(set->state, set->name, failure);
	if (r)
		return r;
	r = start_freeze(keeper, request, set, wanted);
	return r < 0 ? failure_from_errno(failure, r, wanted ? "freeze the set" : "thaw the set")
		     : 0;
}

int on_freeze(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	      struct failure *failure)
{
	return change_freeze(keeper, request, asked, true, failure);
}

int on_thaw(struct keeper *keeper, struct request *request, struct wire_ask *asked,
	    struct failure *failure)
{
	return change_freeze(keeper, request, asked, false, failure);
}
