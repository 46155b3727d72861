/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order of calls and replies on one connection, as the server sees it. One call is in progress
 * at a time. It gets exactly one final reply, and replies before that one only if it asked for
 * more; a oneway call gets no reply. All replies pass through this module, so no handler can answer
 * a call twice. Pure functions.
 */
#pragma once

#include <stdbool.h>

enum exchange_state {
	EXCHANGE_IDLE,	 /* the next call may start */
	EXCHANGE_CALL,	 /* one reply is due */
	EXCHANGE_MORE,	 /* the call asked for more: any number of replies, then a final one */
	EXCHANGE_ONEWAY, /* a oneway call: no reply may be sent */
};

enum exchange_verdict {
	EXCHANGE_SEND,	  /* send the reply */
	EXCHANGE_SWALLOW, /* drop the reply: the call was oneway */
	EXCHANGE_WRONG,	  /* drop the reply, our bug: no call is in progress, or it did not ask for
			     more */
};

struct exchange {
	enum exchange_state state;
};

/*
 * Begins a call that was received. Returns false if a call is in progress already: this is our bug,
 * because no call may be read before the state is EXCHANGE_IDLE. oneway takes precedence over more.
 */
bool exchange_begin(struct exchange *exchange, bool more, bool oneway);

/* Returns what to do with a reply that is about to be sent. continues: another reply will
 * follow. */
enum exchange_verdict exchange_reply(struct exchange *exchange, bool continues);
