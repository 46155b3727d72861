/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the resolver tells the keeper. Requests to let addresses through wait until the keeper has
 * answered earlier ones. The sets in which questions wait take turns, so a set that asks for much
 * delays another by one request only.
 */
#pragma once

#include "daemon/resolver/resolver.h"

/* Asks the keeper to let the addresses of ask->answer through, when it is the set's turn. */
void allow_ask(struct ask *ask);
/* Takes a question off the list of those that wait. Must be called when the question ends. */
void allow_forget(struct ask *ask);
/* Sends requests that wait, as far as there is room. Must be called when the keeper has answered a
 * request, or the pipe has room again. */
void allow_go_on(struct resolver *resolver);

/* Tells the keeper which name was denied. Returns 0 or -errno; -EAGAIN if the pipe to the keeper is
 * full. */
int denied_send(const struct set *set, const struct denied *denied);
