/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies that need more than rows: each is a new object, or NULL if there is no memory. */
#ifndef NSCTL_FRONT_REPLY_H
#define NSCTL_FRONT_REPLY_H

#include "daemon/front/encode.h"
#include "protocol/error.h"

json_t *encode_processes(struct wire_message *message);
json_t *encode_status(struct wire_message *message);
/* Returns an answer of a subscription. The two parts are the state and the events; the answer has
 * the part that the message contains. */
json_t *encode_monitor(const struct reply_part *parts, struct wire_message *message);
/* Returns a page of a list. *ret_more: another page follows, and begins after cursor. */
json_t *encode_page(const struct reply_part *parts, bool summary, struct wire_message *message,
		    struct wire_list *cursor, bool *ret_more);

/* Returns the parameters of an error reply. */
json_t *encode_failure(const struct failure *failure);

#endif
