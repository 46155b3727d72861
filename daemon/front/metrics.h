/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The metrics of io.systemd.Metrics. They are made of what the keeper answers to GetStatus and
 * List, so a client sees only what it may see anyway. The functions return lists, with one reply
 * each.
 */
#pragma once

#include "daemon/front/method.h"

/* The requests to the keeper for List: first for the daemon, then for pages of sets. */
extern const struct method metrics_of_daemon, metrics_of_sets;

/* Returns the replies to Describe. */
json_t *metrics_describe(void);
/* Returns the metrics of the daemon and of the caller's limits. */
json_t *metrics_daemon(struct wire_message *message);
/* Fills *ret with the request for the first page of sets. */
void metrics_ask_for_sets(struct wire_list *ret);
/* Returns the metrics of a page of sets, and adds their number to *count. After the last page, that
 * number is a metric, too. *cursor, *ret_more: see page_follows(). */
json_t *metrics_sets(struct wire_message *message, struct wire_list *cursor, bool *ret_more,
		     json_int_t *count);
