/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The message that tells a client why its connection gets no front. It is the only message that the
 * keeper itself sends to clients: an error, sent before any call is read.
 */
#ifndef NSCTL_KEEPER_REFUSAL_MESSAGE_H
#define NSCTL_KEEPER_REFUSAL_MESSAGE_H

#include "protocol/error.h"

#define REFUSAL_SIZE 1024

/* Writes the message for failure, including the NUL at its end. Returns its size, including the
 * NUL. */
size_t refusal_write(const struct failure *failure, char ret[static REFUSAL_SIZE]);

#endif
