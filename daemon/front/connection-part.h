/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What connection.c (sockets, turns, the keeper's answers) and call.c (what one call becomes)
 * share. */
#ifndef NSCTL_FRONT_CONNECTION_PART_H
#define NSCTL_FRONT_CONNECTION_PART_H

#include "daemon/front/connection.h"
#include "daemon/front/method.h"
#include "protocol/exchange.h"
#include "protocol/message.h"
#include "protocol/transport.h"

struct connection {
	struct connection *next;
	struct front *front;
	uint32_t number;
	int socket_fd;
	uint32_t scope;
	char *reason; /* of a confined one */
	struct event *event;
	struct receiver receiver;
	struct sender sender;
	struct exchange exchange;
	struct message_call call; /* while call_waits: read, and not begun for want of a lane */
	bool call_waits;
	bool more;		     /* the call in progress asked for it */
	const struct method *method; /* of the call that the keeper works on */
	uint32_t request;	     /* its number */
	struct wire_list list;	     /* List and its like: where the next page begins ... */
	struct spec_label labels[SPEC_LABELS_MAX];
	json_t *list_parameters; /* ... and what holds its strings */
	char list_name[KEY_SIZE];
	const struct method *list_method;
	bool page_wanted;
};

/* Returns true when the call in connection->call needs a lane for its descriptors. */
bool call_needs_lane(const struct connection *connection);

/* Each of these is false when the connection is to be closed. */

/* Begins to answer a call: with a refusal, at once where the keeper is not needed, or by a request
 * to it. */
bool call_begin(struct connection *connection, const struct message_call *call);
/* A request of the connection's, with a number of its own. */
bool call_send(struct connection *connection, const struct method *method, const void *request);
/* A reply, or an error's (error: NULL for none); takes parameters (NULL: there was no memory) and
 * the descriptors (NULL: none). */
bool call_reply(struct connection *connection, const char *error, json_t *parameters,
		bool continues, struct reply_fds *fds);
bool call_fail(struct connection *connection, const struct failure *failure);
/* The same; subject and text may be NULL. */
bool call_refuse(struct connection *connection, enum nsctl_error error, const char *subject,
		 const char *text);

#endif
