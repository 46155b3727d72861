/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the counters of packets that lists of egress have refused, and passes them to
 * egress-denied.h. When a list refuses packets, its rules in the firewall send messages
 * (nfnetlink_log), at most one a second. A worker reads the list's counters a second after a
 * message; by then, packets without a message are counted, too. There is one reading at a time for
 * each user.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/report.h"

/* Opens the socket for the messages of the firewall's rules, and sets keeper->log_group to their
 * group. Must be called before privileges are dropped. */
void egress_reading_listen(struct keeper *keeper);
/* Returns true if the set's list may have refused packets that were not reported. Then the worker
 * that removes the set must read the counters, for egress_reading_last(). */
bool egress_reading_unread(struct set *set);
/* Reports the counters that were read by the worker that removes the set. */
void egress_reading_last(struct set *set, const struct task_refusals *refusals);
/* Frees what this module remembers of the set. Must be called before the set is freed. */
void egress_reading_forget(struct set *set);
void egress_reading_stop(void);
