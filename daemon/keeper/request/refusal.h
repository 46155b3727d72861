/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A connection that no front is given is told why: with the one message that the keeper says to a
 * client by itself, an error ahead of whatever was asked. Nothing of the client's is read for it.
 */
#ifndef NSCTL_KEEPER_REFUSAL_H
#define NSCTL_KEEPER_REFUSAL_H

#include "protocol/error.h"

#define REFUSAL_SIZE 1024

/* Writes the message that says failure, with the NUL at its end. Returns its size with that. */
size_t refusal_write(const struct failure *failure, char ret[static REFUSAL_SIZE]);

#endif
