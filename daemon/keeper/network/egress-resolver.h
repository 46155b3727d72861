/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts and ends resolvers (daemon/resolver), one process for each user with lists of names, and
 * exchanges messages with them (wire/resolver.h). The callers handle these messages. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/resolver.h"

struct egress_resolver;

struct egress_resolver_calls {
	/* Handles a message from the user's resolver. id: number of the resolver, for the functions
	 * below. Returns 1 if egress_resolver_answered() will be called later for the message, 0 if
	 * not, or -errno to end the resolver (-EBADMSG: the message breaks the rules). */
	int (*message)(struct keeper *keeper, uid_t uid, uint32_t id, struct wire_message *message);
	/* Is called when the user's resolver has ended, or had to be ended. Another one can be
	 * started then. */
	void (*lost)(struct keeper *keeper, uid_t uid);
};

/* Starts a resolver for this user, who must have none. *calls must stay valid while the resolver
 * runs. Returns 0 or -errno. */
int egress_resolver_start(struct keeper *keeper, uid_t uid,
			  const struct egress_resolver_calls *calls);
bool egress_resolver_runs(uid_t uid);
/* Ends the user's resolver, if there is one, without a call of lost(). */
void egress_resolver_end(uid_t uid);
void egress_resolver_stop(void);

/* Sends a message with *value to the user's resolver, if there is one. If the message can be
 * neither sent nor queued, the resolver is ended later, with a call of lost(). */
void egress_resolver_tell(uid_t uid, enum resolver_type type, const struct wire_layout *layout,
			  const void *value);
/* Sends the answer to a request (RESOLVER_ALLOW) to the resolver with this id, if it still runs.
 * request: the request's number. refused: as in struct wire_resolver_allowed. */
void egress_resolver_answer(uint32_t id, uint32_t request, uint64_t refused);
/* Must be called once for each message for which message() has returned 1, when the request in it
 * is answered or will never be. While there are RESOLVER_REQUESTS_MAX such requests, no further
 * messages of the resolver are read. */
void egress_resolver_answered(uint32_t id);
