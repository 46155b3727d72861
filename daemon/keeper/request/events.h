/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events, and subscriptions to them. A subscription belongs to a connection. It begins with a list
 * of the existing sets, page by page, and goes on with events. Its front asks for one answer at a
 * time, and gets it when there is one, so nothing accumulates on the way. Other events wait in the
 * subscription's own queue; when that is full, the subscription is lost. Code that reports an event
 * neither waits nor fails, whatever the subscribers do.
 *
 * A set that has not been listed yet is reported only by the list, a listed set only by events; so
 * nothing is missed or reported twice.
 */
#ifndef NSCTL_KEEPER_EVENTS_H
#define NSCTL_KEEPER_EVENTS_H

#include "daemon/keeper/request/request.h"
#include "daemon/wire/event.h"

struct subscription;

/* To be called when the connection has ended: ends its subscription, if it has one. */
void events_end(struct keeper *keeper, struct client_connection *connection);
/* To be called when a front's channel has room for answers again. */
void events_resume(struct keeper *keeper);
/* Frees everything at the keeper's end. */
void events_stop(void);

/* Reports an event of a set or network. key and value are one detail; NULL: none. */
void events_set(struct set *set, enum event_kind what, const char *key, const char *value);
/* Reports that a set is ready; nothing was reported of it before. */
void events_set_created(struct set *set);
/* Reports that a set is gone, unless its existence was never reported. */
void events_set_removed(struct set *set);

/* Reports EVENT_SESSION_STARTED, or EVENT_SESSION_ENDED with how it ended. */
void events_session(const struct session *session, enum event_kind what);

/* Report that a link is ready, and that it is gone unless it was never reported as ready. */
void events_link_added(struct link *link);
void events_link_removed(struct link *link);

#endif
