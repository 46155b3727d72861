/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events, and who is told of them. A subscription is a connection's: it begins with the sets that
 * are there, page by page, and goes on with what happens. Its front asks for one answer at a time
 * and gets it when there is one, so nothing piles up on the way: what is not asked for yet waits in
 * the subscription's own queue, and when that is full the subscription is lost. Whoever makes an
 * event neither waits nor fails, whoever listens.
 *
 * A set that has not been listed yet is told of by the list alone, one that has been by events
 * alone; so nothing is missed or told twice.
 */
#ifndef NSCTL_KEEPER_EVENTS_H
#define NSCTL_KEEPER_EVENTS_H

#include "daemon/keeper/request/request.h"
#include "daemon/wire/event.h"

struct subscription;

/* The connection has gone. */
void events_end(struct keeper *keeper, struct connection *connection);
/* A front's channel takes answers again. */
void events_resume(struct keeper *keeper);
/* The keeper ends. */
void events_stop(void);

/* What has happened to a set or network: key and value are one detail; NULL: none. */
void events_set(struct set *set, enum event_kind what, const char *key, const char *value);
/* It is ready; nobody has been told of it before. */
void events_set_created(struct set *set);
/* It has gone; nobody is told where nobody has been told that it was there. */
void events_set_removed(struct set *set);

/* EVENT_SESSION_STARTED, or EVENT_SESSION_ENDED with how. */
void events_session(const struct session *session, enum event_kind what);

/* As of sets. */
void events_link_added(struct link *link);
void events_link_removed(struct link *link);

#endif
