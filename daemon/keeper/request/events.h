/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events, and subscriptions to them (the method Monitor). A subscription belongs to a connection.
 * It begins with a list of the existing sets, page by page, and goes on with events. Events of a
 * set that the list has not reported yet are left out: the list will report the new state. So no
 * change is missed or reported twice. Events of links and of refused packets, which no list
 * reports, are not left out.
 *
 * The front asks for one answer at a time, and gets it when there is something to report, so
 * nothing piles up in its channel. Other events wait in the queue of the subscription. If that is
 * full, the subscription ends with an error. Code that reports an event never waits or fails,
 * whatever the subscribers do.
 */
#pragma once

#include "daemon/keeper/request/request.h"

struct subscription;

/* Ends the subscription of a connection, if it has one. Must be called when the connection has
 * ended. */
void events_end(struct keeper *keeper, struct client_connection *connection);
/* Sends each subscription its next answer, if the front has asked for one and there is something to
 * report. Must be called when a front's channel has room for answers again. */
void events_resume(struct keeper *keeper);
/* Frees what this module keeps besides subscriptions, at the keeper's end. */
void events_stop(void);

/* Reports an event of a set or network. key and value are a detail of the event; key NULL: it has
 * none. */
void events_set(struct set *set, enum event_kind what, const char *key, const char *value);
/* Reports that a set or network has tried to reach a destination that its list of egress does not
 * allow. details: n details, such as the destination's address. */
void events_egress_denied(struct set *set, const struct wire_detail *details, size_t n);
/* Reports that a set was created, and marks it as known to monitors. */
void events_set_created(const struct keeper *keeper, struct set *set);
/* Reports that a set is gone, unless monitors never heard of it. */
void events_set_removed(struct set *set);

/* Reports EVENT_SESSION_STARTED, or EVENT_SESSION_ENDED with how the session ended. */
void events_session(const struct session *session, enum event_kind what);

/* Reports that a link is ready, and marks it as known to monitors. */
void events_link_added(struct link *link);
/* Reports that a link is gone, unless monitors never heard of it. */
void events_link_removed(struct link *link);
