/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stdin of a command whose client is a job in the background of its terminal. The kernel does
 * not stop the command when it reads, because the terminal is not its own: it would take what is
 * typed to the shell. So it gets a pipe, and this process passes on what is typed while it is in
 * the foreground.
 */
#ifndef NSCTL_CLIENT_FEED_H
#define NSCTL_CLIENT_FEED_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct feed {
	int pipe_fd; /* the writing end; -1: there is nothing to feed (any more) */
	size_t at, used;
	char data[4096];
};

/* Returns true if stdin is a terminal, and this process is in its background. */
bool feed_is_needed(void);
/* Returns the pipe's reading end, or -errno. */
int feed_open(struct feed *feed);
void feed_close(struct feed *feed);

#define FEED_POLL 2
/* Like those of pty.h. */
void feed_poll(const struct feed *feed, struct pollfd ret_fds[static FEED_POLL]);
void feed_pump(struct feed *feed, const struct pollfd fds[static FEED_POLL]);

#endif
