/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/session-left.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"

/* The watch of a session's cgroup, in session->left. */
struct left {
	struct keeper *keeper;
	struct session *session;
	struct event *event;
	int events_fd;
};

/* --- the session's cgroup and files --- */

void session_path(const struct session *session, char ret[static CGROUP_PROCESSES_SIZE])
{
	const struct task_set set = view_task_set(session->set);

	cgroup_path_of_processes(&set, session->id, ret);
}

int session_open_cgroup(struct keeper *keeper, const struct session *session)
{
	const struct task_set set = view_task_set(session->set);

	return cgroup_of_processes(keeper->cgroup_fd, &set, session->id, cgroup_open);
}

void session_remove_cgroup(struct keeper *keeper, const struct session *session)
{
	const struct task_set set = view_task_set(session->set);
	int r = cgroup_of_processes(keeper->cgroup_fd, &set, session->id, cgroup_remove);

	/* a set in its caller's cgroup may have lost this cgroup when the caller's service ended */
	if (r < 0 && r != -ENOENT)
		log_by_user("cgroups not removed", LOG_WARNING,
			    &(struct log_fields){.has_uid = true, .uid = session->owner},
			    "cgroup of session %s not removed: %s", session->id, strerror(-r));
}

void session_drop_record(struct session *session, void *context)
{
	struct keeper *keeper = context;
	char name[ID_SIZE + 16];

	store_remove_session(keeper->store, session->id);
	snprintf(name, sizeof(name), "%s.status", session->id);
	unlinkat(store_sessions_fd(keeper->store), name, 0);
}

/* --- the watch --- */

static void left_free(struct left *left)
{
	if (!left)
		return;
	left->session->left = NULL;
	free_event(left->event);
	close_fd(left->events_fd);
	free(left);
}

/* Settles a session: see session-left.h. May free this session, or another one that has ended. */
static void settle(struct keeper *keeper, struct session *session)
{
	left_free(session->left);
	session_remove_cgroup(keeper, session);
	quota_add(keeper, session->owner, QUOTA_SESSIONS, -1);
	registry_end_session(keeper->registry, session, session_drop_record, keeper);
}

static void on_change(evutil_socket_t fd, short what _unused_, void *context)
{
	struct left *left = context;
	struct keeper *keeper = left->keeper;
	struct set *set = left->session->set;
	bool populated, frozen;
	int r = cgroup_read_events(fd, &populated, &frozen);

	/* if the cgroup is gone, the set is being removed, and the removal settles the session */
	if (r == -ENODEV || (r == 0 && populated))
		return;
	settle(keeper, left->session);
	idle_look(keeper, set);
}

static int watch(struct keeper *keeper, struct session *session, int events_fd)
{
	struct left *left = calloc(1, sizeof(*left));

	if (!left) {
		close_fd(events_fd);
		return -ENOMEM;
	}
	*left = (struct left){.keeper = keeper, .session = session, .events_fd = events_fd};
	session->left = left;
	/* a change gives POLLPRI | POLLERR, which libevent reports as readable */
	left->event =
		event_new(keeper->loop, events_fd, EV_READ | EV_PERSIST | EV_ET, on_change, left);
	if (left->event && event_add(left->event, NULL) == 0)
		return 0;
	left_free(left);
	return -ENOMEM;
}

/* Watches the processes that a command has left. Returns 1 if there are any, 0 if
 * there are none, or -errno. */
static int watch_if_populated(struct keeper *keeper, struct session *session)
{
	_cleanup_fd_ int cgroup_fd = session_open_cgroup(keeper, session), events_fd = -1;
	bool populated, frozen;
	int r;

	events_fd = cgroup_fd < 0 ? cgroup_fd : cgroup_open_events(cgroup_fd);
	r = events_fd < 0 ? events_fd : cgroup_read_events(events_fd, &populated, &frozen);
	/* a removal of the set has removed the cgroup, perhaps just now */
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r < 0 || !populated)
		return r;
	r = watch(keeper, session, take_fd(&events_fd));
	return r < 0 ? r : 1;
}

void session_leave(struct keeper *keeper, struct session *session)
{
	struct log_fields fields = {.has_uid = true,
				    .uid = session->owner,
				    .set = session->set->name,
				    .session = session->id};
	int r = watch_if_populated(keeper, session);

	if (r > 0)
		return;
	if (r < 0)
		log_operation("ends that are not noticed", LOG_WARNING, &fields,
			      "the end of what a command has left will not be noticed: %s",
			      strerror(-r));
	settle(keeper, session);
}

int session_recover_left(struct keeper *keeper, struct session *session)
{
	struct registry_use *use = registry_use(keeper->registry, session->owner);

	if (!use)
		return -ENOMEM;
	use->sessions++;
	session_leave(keeper, session);
	return 0;
}

/* --- the set's end, and the keeper's --- */

void session_settle_left(struct keeper *keeper, struct set *set)
{
	struct session *at = set->sessions;

	while (at) {
		bool left = at->left;

		if (left)
			settle(keeper, at);
		/* settle() may free any session that has ended, so start again */
		at = left ? set->sessions : at->next_in_set;
	}
}

void session_left_stop(struct session *session)
{
	left_free(session->left);
}
