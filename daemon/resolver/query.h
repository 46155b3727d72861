/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A question to name servers: they are asked in turn until one answers.
 *
 * Equal questions, of the same name and type to the same name servers, are asked one at a time,
 * whichever set asks. Otherwise somebody who sends forged answers could have a set ask the same
 * thing many times at once, and would need to hit the id and the port of one of many
 * (CVE-2020-25686). Over TCP nobody can forge answers from elsewhere.
 */
#pragma once

#include "daemon/resolver/resolver.h"

struct query_calls {
	/* Name servers have answered what this question asks. bytes: of the answer, for this call;
	 * they may be changed. */
	void (*answered)(struct ask *ask, const struct answer *answer, uint8_t *bytes, size_t size);
	/* No name server has. */
	void (*failed)(struct ask *ask);
};

/* Asks name servers, or joins an equal question. One of the calls follows, perhaps at once. It may
 * free this question, and no other one. */
void query_join(struct ask *ask, const struct query_calls *calls);
/* Takes a question off its query, because it needs no answer any more. */
void query_leave(struct ask *ask);
