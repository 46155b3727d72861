/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections that are refused. The client is sent the reason (refusal_write()), and the connection
 * stays open for a moment: a client that finds its connection closed while it writes may not read
 * the answer. The keeper neither reads from such a connection nor watches it, because during a
 * flood refusals are most of its work. The number of these connections is bounded, for each uid and
 * in all; at a bound, the oldest one is closed.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "protocol/error.h"

/* Sends the failure to the client of the accepted socket fd. Takes fd. uid: the user against whose
 * limit of refused connections this one counts, or (uid_t)-1 if the user is not known. */
void refused_add(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);
/* Closes all refused connections, at the keeper's end. */
void refused_stop(struct keeper *keeper);

#define REFUSAL_SIZE 1024
/* Writes failure as an error message in JSON, with a NUL at its end, for a client from which no
 * call was read. Returns its size, including the NUL. */
size_t refusal_write(const struct failure *failure, char ret[static REFUSAL_SIZE]);
