/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose turn it is on one connection, seen from the server. One call is in progress at a time; it
 * gets exactly one final reply (none when oneway), and replies before that only when it asked for
 * more. The rules live here, so no handler can answer twice or never. Pure.
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
	EXCHANGE_SWALLOW, /* right, but the caller did not want to hear it */
	EXCHANGE_WRONG, /* a bug of ours: nothing is owed, or more was not asked for. Send nothing.
			 */
};

struct exchange {
	enum exchange_state state;
};

/* A call has been received. False when one is in progress already (a bug of ours: read no further
 * until IDLE). oneway wins over more. */
bool exchange_begin(struct exchange *exchange, bool more, bool oneway);

/* A reply is about to be sent; continues: another one follows. */
enum exchange_verdict exchange_reply(struct exchange *exchange, bool continues);

#endif
