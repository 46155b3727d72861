/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/epoll.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/process-watch.h"
#include "daemon/kernel/process.h"

#define ENDS_AT_ONCE 64

/* Of one process: in set->vigils. */
struct vigil {
	struct set *set;
	enum set_vigil kind;
	int pid_fd;
};

static struct vigil *vigil_free(struct vigil *vigil)
{
	if (!vigil)
		return NULL;
	/* the only descriptor: closing it ends the watch */
	close_fd(vigil->pid_fd);
	vigil->set->vigils[vigil->kind] = NULL;
	free(vigil);
	return NULL;
}

static void break_set(struct keeper *keeper, struct set *set)
{
	struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set->name};
	int r;

	/* one that is being removed ends all its processes */
	if (set->state != SET_READY)
		return;
	registry_break_set(set, "its init has ended");
	/* the number may soon be another process's */
	set->init_pid = 0;
	set->init_start = 0;
	log_line(LOG_ERR, &fields, "set is broken: its init has ended");
	r = store_write_set(keeper->store, set);
	/* the next start finds it out by itself */
	if (r < 0)
		log_warning("record of set %s not updated: %s", set->id, strerror(-r));
	monitor_set(keeper, set, EVENT_SET_BROKEN, "missing", "init");
}

static void on_end(struct keeper *keeper, struct set *set, enum set_vigil kind)
{
	if (kind == VIGIL_INIT)
		break_set(keeper, set);
	else
		lease_expire(keeper, set, "process");
}

static void on_ends(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	struct epoll_event event;

	/* one at a time: what is done about it may end another vigil */
	for (int i = 0; i < ENDS_AT_ONCE && epoll_wait(fd, &event, 1, 0) == 1; i++) {
		struct vigil *vigil = event.data.ptr;
		struct set *set = vigil->set;
		enum set_vigil kind = vigil->kind;

		vigil_free(vigil);
		on_end(keeper, set, kind);
	}
}

static int open_watch(struct keeper *keeper)
{
	if (keeper->vigil_event)
		return 0;
	if (keeper->vigil_fd < 0)
		keeper->vigil_fd = epoll_create1(EPOLL_CLOEXEC);
	if (keeper->vigil_fd < 0)
		return negative_errno();
	keeper->vigil_event =
		event_new(keeper->loop, keeper->vigil_fd, EV_READ | EV_PERSIST, on_ends, keeper);
	return keeper->vigil_event && event_add(keeper->vigil_event, NULL) == 0 ? 0 : -ENOMEM;
}

static int watch(struct keeper *keeper, struct set *set, enum set_vigil kind, pid_t pid,
		 uint64_t start)
{
	struct epoll_event event = {.events = EPOLLIN};
	struct vigil *vigil;
	int r = open_watch(keeper), fd;

	if (r < 0)
		return r;
	fd = process_find(pid, start);
	if (fd < 0)
		return fd;
	vigil = malloc(sizeof(*vigil));
	event.data.ptr = vigil;
	if (!vigil || epoll_ctl(keeper->vigil_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		r = vigil ? negative_errno() : -ENOMEM;
		close_fd(fd);
		free(vigil);
		return r;
	}
	*vigil = (struct vigil){set, kind, fd};
	set->vigils[kind] = vigil;
	return 0;
}

static void watch_over(struct keeper *keeper, struct set *set, enum set_vigil kind, pid_t pid,
		       uint64_t start)
{
	struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set->name};
	int r;

	if (pid == 0 || set->vigils[kind])
		return;
	r = watch(keeper, set, kind, pid, start);
	if (r == -ESRCH)
		on_end(keeper, set, kind);
	else if (r < 0)
		log_line(LOG_WARNING, &fields, "the end of process %d will not be noticed: %s", pid,
			 strerror(-r));
}

void vigil_over_init(struct keeper *keeper, struct set *set)
{
	watch_over(keeper, set, VIGIL_INIT, set->init_pid, set->init_start);
}

void vigil_check_init(struct keeper *keeper, struct set *set)
{
	if (set->init_pid == 0 || !process_is_ending(set->init_pid, set->init_start))
		return;
	vigil_free(set->vigils[VIGIL_INIT]);
	break_set(keeper, set);
}

void vigil_over_lease(struct keeper *keeper, struct set *set)
{
	watch_over(keeper, set, VIGIL_LEASE, set->lease_pid, set->lease_start);
}

void vigil_end(struct set *set)
{
	for (enum set_vigil kind = 0; kind < VIGIL_COUNT; kind++)
		vigil_free(set->vigils[kind]);
}

void vigil_stop(struct keeper *keeper)
{
	for (struct set *set = registry_next_set(keeper->registry, 0, NULL); set;
	     set = registry_next_set(keeper->registry, set->owner, set->name))
		vigil_end(set);
	if (keeper->vigil_event)
		event_free(keeper->vigil_event);
	keeper->vigil_event = NULL;
	keeper->vigil_fd = close_fd(keeper->vigil_fd);
}
