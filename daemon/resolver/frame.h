/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages over TCP, each behind two bytes with its length. */
#pragma once

#include <event2/bufferevent.h>
#include "base.h"

#define FRAME_LENGTH 2 /* bytes of the length */
#define FRAME_MAX (FRAME_LENGTH + 65535)

/* Takes a message out of what has arrived. Returns its size, -EAGAIN if it has not arrived yet, or
 * -EMSGSIZE if it does not fit. */
int frame_take(struct bufferevent *stream, uint8_t *ret, size_t max);
/* Sends a message. Returns false if there is no memory. */
bool frame_put(struct bufferevent *stream, const uint8_t *bytes, size_t size);
