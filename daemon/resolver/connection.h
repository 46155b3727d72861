/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TCP connections of a set. */
#pragma once

#include "daemon/resolver/resolver.h"

/* Accepts a connection, if one waits. Returns 0 or -errno; -EMFILE if there are too many. */
int connection_accept(struct set *set, int listening_fd);
/* Closes a connection. Its question gets no answer. */
void connection_free(struct connection *connection);
/* Reads the next message of a connection that has no question in progress. Returns its size,
 * -EAGAIN, or -EMSGSIZE. */
int connection_read(struct connection *connection, uint8_t *ret, size_t max);
/* Writes an answer. */
void connection_write(struct connection *connection, const uint8_t *reply, size_t size);
/* Writes the answer to the connection's question. Is an ask_done_fn. */
void connection_answer(struct ask *ask, const uint8_t *reply, size_t size);
