/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks one name server once, over UDP or TCP as the set asked. */
#ifndef NSCTL_RESOLVER_ATTEMPT_H
#define NSCTL_RESOLVER_ATTEMPT_H

#include "daemon/resolver/resolver.h"

/* What becomes of an attempt. The bytes are from this name server and have the attempt's id; what
 * they are is not known. A call may end the attempt. */
struct attempt_calls {
	void (*message)(struct attempt *attempt, uint8_t *bytes, size_t size);
	void (*failed)(struct attempt *attempt);
};

/* Sends the question, and reports later. Returns 0 or -errno, if nothing was sent. */
int attempt_start(struct attempt *attempt, struct ask *ask, const struct server *server,
		  const struct attempt_calls *calls);
/* Closes its socket. It reports nothing any more. */
void attempt_end(struct attempt *attempt);

#endif
