/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper's answers to reply parameters. Each returns a new object, or NULL for lack of memory.
 */
#ifndef NSCTL_FRONT_ENCODE_H
#define NSCTL_FRONT_ENCODE_H

#include <jansson.h>
#include "daemon/wire/layout.h"

/* Descriptors that go along with a reply: taken from the message. */
struct reply_fds {
	int fds[WIRE_FDS_MAX];
	size_t n;
};

/* Reads /etc/passwd once: names for owners, without NSS. */
void encode_load_names(void);

json_t *encode_set_reply(struct wire_message *message, struct reply_fds *fds);
json_t *encode_expires(struct wire_message *message, struct reply_fds *fds);
json_t *encode_started_or_ended(struct wire_message *message, struct reply_fds *fds);
json_t *encode_run(struct wire_message *message, struct reply_fds *fds);
json_t *encode_waited(struct wire_message *message, struct reply_fds *fds);
json_t *encode_sessions(struct wire_message *message, struct reply_fds *fds);
json_t *encode_namespaces(struct wire_message *message, struct reply_fds *fds);
json_t *encode_processes(struct wire_message *message, struct reply_fds *fds);
json_t *encode_identity(struct wire_message *message, struct reply_fds *fds);
json_t *encode_status(struct wire_message *message, struct reply_fds *fds);
json_t *encode_link_reply(struct wire_message *message, struct reply_fds *fds);
json_t *encode_network_reply(struct wire_message *message, struct reply_fds *fds);
json_t *encode_apply(struct wire_message *message, struct reply_fds *fds);
json_t *encode_nothing(struct wire_message *message, struct reply_fds *fds);

/* A page of a list of op's, and whether another one follows (cursor: where it goes on). To
 * Monitor's there is no end. */
json_t *encode_page(struct wire_message *message, enum wire_op op, bool summary,
		    struct wire_list *cursor, bool *ret_more);
json_t *encode_links(struct wire_message *message);
json_t *encode_networks(struct wire_message *message);
json_t *encode_sets(struct wire_message *message, bool summary);
json_t *encode_monitor(struct wire_message *message);

/* The parameters of an error reply. */
json_t *encode_failure(const struct failure *failure);

#endif
