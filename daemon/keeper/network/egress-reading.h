/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads the counters of packets that lists of egress (egress-list.h) have refused, and passes them
 * to egress-denied.h, which reports them. When a list refuses packets, its rules in the firewall
 * send messages to the keeper (nfnetlink_log), at most one a second. A worker reads the list's
 * counters a little more than a second after a message, so that they include the packets that were
 * refused in this second without a message. There is one reading at a time for each user.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/report.h"

/* Opens the socket for the messages of the firewall's rules, and sets keeper->log_group to the
 * nfnetlink_log group of these messages. On failure, log_group stays 0, and refused packets are not
 * reported. Must be called before privileges are dropped, when keeper->loop and keeper->table are
 * set. */
void egress_reading_listen(struct keeper *keeper);
/* Returns true if the set's list may have refused packets that were not reported. Then the worker
 * that removes the set must read the counters, for egress_reading_last(). */
bool egress_reading_unread(struct set *set);
/* Reports the refused packets that were not reported yet. refusals: the counters, as read by the
 * worker that removes the set. */
void egress_reading_last(struct set *set, const struct task_refusals *refusals);
/* Frees set->egress.reading, if the set has one. Must be called before the set is freed. */
void egress_reading_forget(struct set *set);
void egress_reading_stop(void);
