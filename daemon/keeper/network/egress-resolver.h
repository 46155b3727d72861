/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starts and ends resolvers, and exchanges messages with them (wire/resolver.h). A resolver
 * (daemon/resolver) is a process that answers the DNS questions of one user's sets and networks
 * whose lists of egress have names. The callers handle the messages. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/resolver.h"

struct egress_resolver;

struct egress_resolver_calls {
	/* Handles a message from the user's resolver. id: the resolver's number, for the functions
	 * below. Returns 0 if the message needs no answer, or was answered. Returns 1 if
	 * egress_resolver_answered() will be called for it later. Returns -errno to end the
	 * resolver (-EBADMSG: the message breaks the rules). */
	int (*message)(struct keeper *keeper, uid_t uid, uint32_t id, struct wire_message *message);
	/* Is called when the user's resolver has ended by itself, or was ended because of an error.
	 * May start another one. */
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
/* Must be called once for each message for which message() has returned 1: when the request in it
 * was answered, or will never be. While RESOLVER_REQUESTS_MAX of these calls are due, no further
 * messages of the resolver are read. */
void egress_resolver_answered(uint32_t id);
