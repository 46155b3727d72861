/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks one name server once, over UDP or TCP. */
#pragma once

#include "daemon/resolver/resolver.h"

struct attempt;

/* What becomes of an attempt. The message is from this name server and has the attempt's id, but is
 * not checked further. Both functions may end the attempt. */
struct attempt_calls {
	void (*message)(struct attempt *attempt, uint8_t *bytes, size_t size);
	void (*failed)(struct attempt *attempt);
};

/* A message to a name server, from a port and with an id of its own. */
struct attempt {
	/* of the caller */
	const struct server *server;
	const struct attempt_calls *calls;
	void *context;
	/* of attempt.c */
	uint16_t id;
	int fd; /* UDP */
	struct event *readable;
	struct bufferevent *stream; /* TCP */
};

/* A question to be sent, with another id. */
struct message {
	const uint8_t *bytes;
	size_t size;
	bool tcp;
};

/* Sends the question, and reports later. Returns 0 or -errno, if nothing was sent. */
int attempt_start(struct attempt *attempt, struct event_base *loop, const struct message *message);
/* Closes the attempt's socket. The attempt reports nothing any more. */
void attempt_end(struct attempt *attempt);
