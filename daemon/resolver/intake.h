/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a set sends: its questions over UDP and TCP, within its bounds. A question that the list
 * does not have is refused here.
 */
#pragma once

#include "daemon/resolver/resolver.h"

/* Begins to read from the set's listeners. Returns 0 or -ENOMEM. */
int intake_start(struct set *set);
/* Ends the set's questions, connections and events. */
void intake_stop(struct set *set);
