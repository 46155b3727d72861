/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Composes the message by which the keeper tells a client that its connection gets no front: an
 * error, before any call is read. It is the only message that the keeper itself sends to clients.
 */
#pragma once

#include "protocol/error.h"

#define REFUSAL_SIZE 1024

/* Writes the message for failure, with a NUL at its end. Returns its size, including the NUL. */
size_t refusal_write(const struct failure *failure, char ret[static REFUSAL_SIZE]);
