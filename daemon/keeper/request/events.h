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

#include "daemon/keeper/keeper.h"

struct subscription;

void monitor_on_monitor(struct keeper *keeper, struct request *request,
			struct wire_message *message);
/* The connection has gone. */
void monitor_end(struct keeper *keeper, struct connection *connection);
/* A front's channel takes answers again. */
void monitor_resume(struct keeper *keeper);
/* The keeper ends. */
void monitor_stop(struct keeper *keeper);

/* What has happened to a set or network: key and value are one detail; NULL: none. */
void monitor_set(struct keeper *keeper, struct set *set, enum event_kind what, const char *key,
		 const char *value);
/* It is ready; nobody has been told of it before. */
void monitor_set_created(struct keeper *keeper, struct set *set);
/* It has gone; nobody is told where nobody has been told that it was there. */
void monitor_set_removed(struct keeper *keeper, struct set *set);

/* EVENT_SESSION_STARTED, or EVENT_SESSION_ENDED with how. */
void monitor_session(struct keeper *keeper, const struct session *session, enum event_kind what);

/* As of sets. */
void monitor_link_added(struct keeper *keeper, struct link *link);
void monitor_link_removed(struct keeper *keeper, struct link *link);

#endif
