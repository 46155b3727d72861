/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/epoll.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/set/process-watch.h"
#include "daemon/keeper/state/store.h"
#include "daemon/kernel/process.h"

#define ENDS_AT_ONCE 64

static int epoll_fd = -1;
static struct event *ended_event;

/* What is watched for a set. */
enum watched {
	WATCHED_INIT,
	WATCHED_LEASE,	   /* the process of a lease by process */
	WATCHED_WATCHER,   /* the watcher of a lease by pipe */
	WATCHED_PROCESSES, /* the processes in a cgroup below the set's, for idle.c */
};

/* A watch, in set->watches. */
struct process_watch {
	struct process_watch *next;
	struct set *set;
	process_ended *ended;
	enum watched which;
	int fd; /* a pidfd, or a cgroup.events file */
};

static struct process_watch *find(const struct set *set, enum watched which)
{
	struct process_watch *watch = set->watches;

	while (watch && watch->which != which)
		watch = watch->next;
	return watch;
}

/* Frees a watch of the set. Accepts NULL. */
static void watch_free(struct set *set, struct process_watch *watch)
{
	struct process_watch **at = &set->watches;

	if (!watch)
		return;
	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	/* closing the only descriptor of the file removes the file from the epoll */
	close_fd(watch->fd);
	free(watch);
}

static void on_ended(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	struct epoll_event event;

	/* takes one event at a time, because the callback may end another watch */
	for (int i = 0; i < ENDS_AT_ONCE && epoll_wait(fd, &event, 1, 0) == 1; i++) {
		struct process_watch *watch = event.data.ptr;
		struct set *set = watch->set;
		process_ended *ended = watch->ended;

		watch_free(set, watch);
		ended(keeper, set);
	}
}

static int open_epoll(struct keeper *keeper)
{
	if (ended_event)
		return 0;
	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		return negative_errno();
	ended_event = event_new(keeper->loop, epoll_fd, EV_READ | EV_PERSIST, on_ended, keeper);
	return ended_event && event_add(ended_event, NULL) == 0 ? 0 : -ENOMEM;
}

/* Adds a watch of fd. Returns 0, and takes fd; or returns -errno. */
static int watch_fd(struct set *set, enum watched which, process_ended *ended, int fd)
{
	struct process_watch *watch = malloc(sizeof(*watch));
	struct epoll_event event = {.events = which == WATCHED_PROCESSES ? EPOLLPRI : EPOLLIN,
				    .data.ptr = watch};
	int r = 0;

	if (!watch)
		return -ENOMEM;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		r = negative_errno();
		free(watch);
		return r;
	}
	*watch = (struct process_watch){set->watches, set, ended, which, fd};
	set->watches = watch;
	return 0;
}

/* Watches the process with this pid and start time. Calls ended() when the process has ended,
 * perhaps before returning. Does nothing if pid is 0, or if the set has a watch of this kind
 * (which) already. Logs a failure. */
static void watch_process(struct keeper *keeper, struct set *set, enum watched which, pid_t pid,
			  uint64_t start, process_ended *ended)
{
	struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set->name};
	_cleanup_fd_ int pid_fd = -1;
	int r;

	if (pid == 0 || find(set, which))
		return;
	r = open_epoll(keeper);
	if (r == 0)
		r = pid_fd = process_find(pid, start);
	if (r >= 0)
		r = watch_fd(set, which, ended, pid_fd);
	if (r == 0)
		take_fd(&pid_fd);
	else if (r == -ESRCH)
		ended(keeper, set);
	else
		log_operation("ends that are not noticed", LOG_WARNING, &fields,
			      "cannot watch process %d, its end will not be noticed: %s", pid,
			      strerror(-r));
}

/* --- the init --- */

static void break_set(struct keeper *keeper, struct set *set)
{
	struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set->name};
	int r;

	/* a set that is being removed loses all its processes anyway */
	if (set->state != SET_READY)
		return;
	registry_break_set(set, "its init has ended");
	/* forgets the pid, which the kernel may soon give to another process */
	set->init_pid = 0;
	set->init_start = 0;
	log_operation("sets broken", LOG_ERR, &fields, "set %s of %s is broken: its init has ended",
		      fields.set, user_name(set->owner).text);
	r = store_write_set(keeper->store, set);
	/* if this fails, the next start finds out that the set is broken */
	if (r < 0)
		log_warning("record of set %s not updated: %s", set->id, strerror(-r));
	events_set(set, EVENT_SET_BROKEN, "missing", "init");
}

void process_watch_init(struct keeper *keeper, struct set *set, process_ended *ended)
{
	watch_process(keeper, set, WATCHED_INIT, set->init_pid, set->init_start,
		      ended ? ended : break_set);
}

void process_watch_check_init(struct keeper *keeper, struct set *set)
{
	struct process_watch *watch = find(set, WATCHED_INIT);
	process_ended *ended = watch ? watch->ended : break_set;

	if (set->init_pid == 0 || !process_is_ending(set->init_pid, set->init_start))
		return;
	watch_free(set, watch);
	ended(keeper, set);
}

/* --- the process or the pipe of a lease --- */

void process_watch_lease(struct keeper *keeper, struct set *set, process_ended *ended)
{
	watch_process(keeper, set, WATCHED_LEASE, set->lease.pid, set->lease.start, ended);
}

void process_watch_watcher(struct keeper *keeper, struct set *set, process_ended *ended)
{
	watch_process(keeper, set, WATCHED_WATCHER, set->lease.watcher_pid,
		      set->lease.watcher_start, ended);
}

void process_watch_end_lease(struct set *set)
{
	watch_free(set, find(set, WATCHED_LEASE));
	watch_free(set, find(set, WATCHED_WATCHER));
}

/* --- a cgroup --- */

void process_watch_cgroup(struct keeper *keeper, struct set *set, int events_fd,
			  process_ended *ended)
{
	struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set->name};
	int r = open_epoll(keeper);

	if (r == 0)
		r = watch_fd(set, WATCHED_PROCESSES, ended, events_fd);
	if (r == 0)
		return;
	close_fd(events_fd);
	log_operation("ends that are not noticed", LOG_WARNING, &fields,
		      "the end of processes will not be noticed: %s", strerror(-r));
}

bool process_watch_has_cgroup(const struct set *set)
{
	return find(set, WATCHED_PROCESSES);
}

/* --- the end --- */

void process_watch_end(struct set *set)
{
	while (set->watches)
		watch_free(set, set->watches);
}

void process_watch_stop(struct keeper *keeper)
{
	for (struct set *set = registry_next_set(keeper->registry, 0, NULL); set;
	     set = registry_next_set(keeper->registry, set->owner, set->name))
		process_watch_end(set);
	free_event(ended_event);
	ended_event = NULL;
	epoll_fd = close_fd(epoll_fd);
}
