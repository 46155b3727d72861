/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what lists have refused, and passes it on to egress-denied.h. A list that refuses something
 * sends a message, one a second at most. A worker reads the list's counters a second later, when
 * all packets are counted for which the list has sent no message. There is one reading at a time
 * for each user.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/report.h"

/* Opens the socket for messages, and sets keeper->log_group. Must be called before privileges are
 * dropped. */
void egress_reading_listen(struct keeper *keeper);
/* Returns true if the list may have refused packets that were not reported. Then the worker that
 * removes the set must read the counters, for egress_reading_last(). */
bool egress_reading_unread(struct set *set);
void egress_reading_last(struct set *set, const struct task_refusals *refusals);
/* Frees what belongs to a set that is forgotten. */
void egress_reading_forget(struct set *set);
void egress_reading_stop(void);
