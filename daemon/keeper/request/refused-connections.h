/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections that are refused. Each client is sent the reason (refusal_write()), and its
 * connection stays open for a moment: a client that finds its connection closed while it writes may
 * not read the answer. The keeper reads nothing from such a connection, and does not watch it
 * either, because during a flood refusals are most of its work. The number of these connections is
 * bounded, for each uid and in all; if it is reached, the oldest one is closed.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "protocol/error.h"

/* Sends the failure to the client of the accepted socket fd. Takes fd. uid: the user whose refused
 * connections this one counts among. */
void refused_add(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);
/* Closes all refused connections, at the keeper's end. */
void refused_stop(struct keeper *keeper);

#define REFUSAL_SIZE 1024
/* Writes the message for failure, which is an error before any call is read, with a NUL at its end.
 * It is the only message that the keeper itself sends to clients. Returns its size, including the
 * NUL. */
size_t refusal_write(const struct failure *failure, char ret[static REFUSAL_SIZE]);
