/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies data between the caller's terminal and a command, by a pty or a feed. There is nothing to
 * copy if the command has the caller's descriptors. */
#pragma once

#include "client/feed.h"
#include "client/pty.h"

struct streams {
	struct pty *pty;   /* NULL: the command has no terminal of its own */
	struct feed *feed; /* NULL: the command's stdin is the caller's */
};

#define STREAMS_POLL PTY_POLL
/* Fills in the descriptors to poll. Returns their number. */
size_t streams_poll(const struct streams *streams, struct pollfd ret_fds[static STREAMS_POLL]);
void streams_pump(const struct streams *streams, const struct pollfd fds[static STREAMS_POLL]);
/* Returns true if this process is in the background, and the command has the caller's terminal as
 * its stdin. That terminal does not control the command, so the kernel does not stop the command
 * when it reads. */
bool streams_are_shared(const struct streams *streams);
/* Returns true if this process is in the background, and must read once it is in the foreground. */
bool streams_wait(const struct streams *streams);
/* Begins to read if this process is in the foreground now. Must be called after streams_wait() has
 * returned true. */
void streams_look(const struct streams *streams);
