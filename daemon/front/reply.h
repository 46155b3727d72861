/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies that need more than rows: each is a new object, or NULL if there is no memory. */
#pragma once

#include "daemon/front/encode.h"

json_t *encode_processes(struct wire_message *message);
json_t *encode_status(struct wire_message *message);
/* Returns an answer of a subscription. The two parts are the state and the events; the answer has
 * the part that the message contains. */
json_t *encode_monitor(const struct reply_part *parts, struct wire_message *message);
/* Returns a page of a list, as it was asked for. */
json_t *encode_page(const struct reply_part *parts, const struct wire_list *asked,
		    struct wire_message *message);
/* Returns true if another page follows this one. It begins after *ret_cursor. */
bool page_follows(struct wire_message *message, struct wire_list *ret_cursor);

/* Returns the parameters of an error reply. */
json_t *encode_failure(const struct failure *failure);
