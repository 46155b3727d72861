/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is copied between the caller's terminal and a command: by a pty, a feed, or nothing. */
#ifndef NSCTL_CLIENT_STREAMS_H
#define NSCTL_CLIENT_STREAMS_H

#include "client/feed.h"
#include "client/pty.h"

struct streams {
	struct pty *pty;   /* NULL: the command has no terminal of its own */
	struct feed *feed; /* NULL: its stdin is the caller's */
};

#define STREAMS_POLL PTY_POLL
/* Fills in what to poll. Returns the number of entries. */
size_t streams_poll(const struct streams *streams, struct pollfd ret_fds[static STREAMS_POLL]);
void streams_pump(const struct streams *streams, const struct pollfd fds[static STREAMS_POLL]);
/* Returns true if this process is in the background, and will read in the foreground. */
bool streams_wait(const struct streams *streams);
/* To be called when streams_wait() has returned true: notices the foreground. */
void streams_look(const struct streams *streams);

#endif
