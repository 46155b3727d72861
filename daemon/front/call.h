/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection of a client, and how its calls are begun and answered. connection.c handles the
 * socket. */
#pragma once

#include "daemon/front/connection.h"
#include "daemon/front/method.h"
#include "protocol/exchange.h"
#include "protocol/message.h"

struct connection {
	struct connection *next;
	struct front *front;
	uint32_t number;
	int socket_fd;
	uint32_t scope;
	char *reason; /* see enum wire_scope; may be NULL */
	struct event *event;
	struct receiver receiver;
	struct sender sender;
	struct exchange exchange;
	struct message_call call; /* if call_waits: was read, and waits for a lane */
	bool call_waits;
	bool more;		     /* the call in progress asked for more */
	const struct idl *idl;	     /* the interface of the last call */
	const struct method *method; /* of the call in progress at the keeper */
	uint32_t request;	     /* the number of that request */
	struct wire_list list;	     /* the request of a list, and where its next page begins */
	struct spec_label labels[SPEC_LABELS_MAX];
	json_t *list_parameters; /* owns the strings in list */
	char list_name[KEY_SIZE];
	const struct method *list_method;
	bool page_wanted;
	json_int_t listed; /* sets that were listed so far, for metrics */
};

/* Returns true if the call in connection->call needs a lane for its descriptors. */
bool call_needs_lane(const struct connection *connection);

/* The functions below return false if the connection must be closed. */

/* Begins to answer a call: refuses it, answers it at once if the keeper is not needed, or sends a
 * request to the keeper. */
bool call_begin(struct connection *connection, const struct message_call *call);
/* Sends a request of the connection to the keeper, with a new number. */
bool call_send(struct connection *connection, const struct method *method, const void *request);
/* Sends a reply or, if error is not NULL, an error. Takes parameters and the descriptors.
 * parameters NULL means that there was no memory; fds may be NULL. */
bool call_reply(struct connection *connection, const char *error, json_t *parameters,
		bool continues, struct reply_fds *fds);
/* Ends a call to which the keeper has sent the last reply itself. */
void call_sent(struct connection *connection);
/* Sends each element of list, which it takes, as a reply. continues: others follow. */
bool call_reply_each(struct connection *connection, json_t *list, bool continues);
bool call_fail(struct connection *connection, const struct failure *failure);
/* Sends an error. subject and text may be NULL. */
bool call_refuse(struct connection *connection, enum nsctl_error error, const char *subject,
		 const char *text);
