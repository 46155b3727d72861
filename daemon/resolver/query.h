/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A question to name servers: they are asked in turn until one answers.
 *
 * Equal questions (the same name and type, to the same name servers) are asked one at a time,
 * whichever set asks. Otherwise an attacker could have a set ask the same thing many times at once,
 * and a forged answer would only have to fit the id and the port of any one of them
 * (CVE-2020-25686). Over TCP, an answer cannot be forged from elsewhere.
 */
#pragma once

#include "daemon/resolver/resolver.h"

struct query_calls {
	/* A name server has answered the question. bytes is the answer; it is valid during this
	 * call only, and may be changed. */
	void (*answered)(struct ask *ask, const struct answer *answer, uint8_t *bytes, size_t size);
	/* No name server has. */
	void (*failed)(struct ask *ask);
};

/* Asks name servers, or joins an equal question. Later, or before this function returns, one of the
 * two calls is made. The call may free this question, but no other one. */
void query_join(struct ask *ask, const struct query_calls *calls);
/* Takes a question off its query, because it needs no answer any more. */
void query_leave(struct ask *ask);
