/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/request/refusal.h"
#include "daemon/keeper/request/refused.h"

#define KEPT_MAX 1024
#define KEPT_MAX_OF_UID 64
#define KEPT_SECONDS 10

struct refused {
	struct refused *next;
	struct keeper *keeper;
	uid_t uid;
	int fd;
	struct event *event;
};

static void refused_free(struct refused *refused)
{
	struct keeper *keeper = refused->keeper;

	for (struct refused **at = &keeper->refused; *at; at = &(*at)->next)
		if (*at == refused) {
			*at = refused->next;
			break;
		}
	if (refused->event)
		event_free(refused->event);
	closer_close(keeper, refused->fd);
	free(refused);
}

/* The client has asked, or has hung up, or has had its moment. */
static void on_event(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	refused_free(context);
}

static bool has_room(const struct keeper *keeper, uid_t uid)
{
	size_t n = 0, of_uid = 0;

	for (const struct refused *at = keeper->refused; at; at = at->next) {
		n++;
		of_uid += at->uid == uid;
	}
	return n < KEPT_MAX && of_uid < KEPT_MAX_OF_UID;
}

void refused_add(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure)
{
	static const struct timeval moment = {.tv_sec = KEPT_SECONDS};
	struct refused *refused;
	char text[REFUSAL_SIZE];
	/* a fresh socket has room for it, unless its client has gone already */
	bool told = send(fd, text, refusal_write(failure, text), MSG_DONTWAIT | MSG_NOSIGNAL) > 0;

	refused = told && has_room(keeper, uid) ? calloc(1, sizeof(*refused)) : NULL;
	if (!refused) {
		closer_close(keeper, fd);
		return;
	}
	*refused = (struct refused){keeper->refused, keeper, uid, fd, NULL};
	keeper->refused = refused;
	refused->event =
		event_new(keeper->loop, fd, EV_READ | EV_CLOSED | EV_TIMEOUT, on_event, refused);
	if (!refused->event || event_add(refused->event, &moment) < 0)
		refused_free(refused);
}

void refused_stop(struct keeper *keeper)
{
	while (keeper->refused)
		refused_free(keeper->refused);
}
