/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose turn it is on one connection, from the server's point of view. One call is in progress at a
 * time. It gets exactly one final reply (none if oneway), and earlier replies only if it asked for
 * more. Because these rules are kept here, no handler can answer twice or never. Pure functions.
 */
#ifndef NSCTL_PROTOCOL_EXCHANGE_H
#define NSCTL_PROTOCOL_EXCHANGE_H

#include <stdbool.h>

enum exchange_state {
	EXCHANGE_IDLE,	 /* the next call may start */
	EXCHANGE_CALL,	 /* one reply is owed */
	EXCHANGE_MORE,	 /* any number of replies, then a final one */
	EXCHANGE_ONEWAY, /* in progress, nothing may be sent */
};

enum exchange_verdict {
	EXCHANGE_SEND,	  /* send it as it is */
	EXCHANGE_SWALLOW, /* correct, but the caller does not want it */
	EXCHANGE_WRONG,	  /* our bug: no reply is due, or more was not asked for. Not sent */
};

struct exchange {
	enum exchange_state state;
};

/* A call was received. Returns false if one is in progress already (a bug of ours: read no further
 * until IDLE). oneway takes precedence over more. */
bool exchange_begin(struct exchange *exchange, bool more, bool oneway);

/* A reply is about to be sent. continues: another one will follow. */
enum exchange_verdict exchange_reply(struct exchange *exchange, bool continues);

#endif
