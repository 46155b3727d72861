/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Events, and subscriptions to them (the method Monitor). A subscription belongs to a connection.
 * It begins with a list of the existing sets, page by page, and goes on with events. Until the list
 * has reported a set, events of the set are left out, except those that are not about the set's
 * state: of links, and of refused packets. So nothing is missed or reported twice.
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
/* Reports that the list of egress of a set or network has refused something. details: n details
 * that say what. */
void events_egress_denied(struct set *set, const struct wire_detail *details, size_t n);
/* Reports that a set was created, and marks it as known to monitors. */
void events_set_created(const struct keeper *keeper, struct set *set);
/* Reports that a set is gone, unless monitors never heard of it. */
void events_set_removed(struct set *set);

/* Reports EVENT_SESSION_STARTED, or EVENT_SESSION_ENDED with how the session ended. */
void events_session(const struct session *session, enum event_kind what);

/* Reports that a link is ready. */
void events_link_added(struct link *link);
/* Reports that a link is gone, unless it was never reported as ready. */
void events_link_removed(struct link *link);
