/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/request/refusal-message.h"
#include "daemon/keeper/request/refused-connections.h"

#define KEPT_MAX 1024
#define KEPT_MAX_OF_UID 64
#define KEPT_MICROSECONDS UINT64_C(5000000)

struct refused {
	struct refused *next;
	uid_t uid;
	int fd;
	uint64_t until; /* CLOCK_BOOTTIME */
};

/* Refused connections, the oldest first. */
struct refusals {
	struct refused *first, **end;
	size_t n;
	struct event *timer;
};

/* Closes the connection at *at. */
static void drop(struct keeper *keeper, struct refused **at)
{
	struct refusals *refusals = keeper->refusals;
	struct refused *refused = *at;

	*at = refused->next;
	if (!refused->next)
		refusals->end = at;
	refusals->n--;
	closer_close(keeper, refused->fd);
	free(refused);
}

/* Closes the oldest connection if there are too many, of this uid or in all. */
static void make_room(struct keeper *keeper, uid_t uid)
{
	struct refusals *refusals = keeper->refusals;
	struct refused **oldest = NULL;
	size_t n = 0;

	for (struct refused **at = &refusals->first; *at; at = &(*at)->next) {
		if ((*at)->uid != uid)
			continue;
		if (!oldest)
			oldest = at;
		n++;
	}
	if (n >= KEPT_MAX_OF_UID)
		drop(keeper, oldest);
	else if (refusals->n >= KEPT_MAX)
		drop(keeper, &refusals->first);
}

/* Closes connections that were open long enough, and sets the timer for the next one. */
static void on_time(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	struct refusals *refusals = keeper->refusals;
	uint64_t now = clock_boottime(), left;
	struct timeval time;

	while (refusals->first && refusals->first->until <= now)
		drop(keeper, &refusals->first);
	if (!refusals->first)
		return;
	left = refusals->first->until - now;
	time = (struct timeval){.tv_sec = left / 1000000, .tv_usec = left % 1000000};
	evtimer_add(refusals->timer, &time);
}

static struct refusals *get_refusals(struct keeper *keeper)
{
	struct refusals *refusals = keeper->refusals;

	if (refusals)
		return refusals;
	refusals = calloc(1, sizeof(*refusals));
	if (!refusals)
		return NULL;
	refusals->end = &refusals->first;
	refusals->timer = evtimer_new(keeper->loop, on_time, keeper);
	if (!refusals->timer) {
		free(refusals);
		return NULL;
	}
	return keeper->refusals = refusals;
}

/* Keeps the connection open for a while. Returns false if there is no memory. */
static bool keep(struct keeper *keeper, int fd, uid_t uid)
{
	struct refusals *refusals = get_refusals(keeper);
	struct refused *refused = refusals ? malloc(sizeof(*refused)) : NULL;

	if (!refused)
		return false;
	make_room(keeper, uid);
	*refused = (struct refused){NULL, uid, fd, clock_boottime() + KEPT_MICROSECONDS};
	*refusals->end = refused;
	refusals->end = &refused->next;
	if (refusals->n++ == 0)
		on_time(-1, 0, keeper);
	return true;
}

void refused_add(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure)
{
	char text[REFUSAL_SIZE];
	/* fails only if the client has gone: a new socket has room for the message */
	bool told = send(fd, text, refusal_write(failure, text), MSG_DONTWAIT | MSG_NOSIGNAL) > 0;

	if (!told || !keep(keeper, fd, uid))
		closer_close(keeper, fd);
}

void refused_stop(struct keeper *keeper)
{
	struct refusals *refusals = keeper->refusals;

	if (!refusals)
		return;
	while (refusals->first)
		drop(keeper, &refusals->first);
	event_free(refusals->timer);
	free(refusals);
	keeper->refusals = NULL;
}
