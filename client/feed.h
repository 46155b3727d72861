/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stdin of a command if nsctl is a job in the background of its terminal. The terminal does not
 * control the command, so the kernel does not stop the command when it reads, and the command would
 * take input that is typed for the shell. Therefore the command gets a pipe, and nsctl passes on
 * what is typed while nsctl is in the foreground.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

struct feed {
	int pipe_fd; /* the pipe's writing end; -1: closed */
	size_t at, used;
	char data[4096];
};

/* Returns true if stdin is a terminal, and this process is in its background. */
bool feed_is_needed(void);
/* Makes the pipe. Returns its reading end, or -errno. */
int feed_open(struct feed *feed);

#define FEED_POLL 2
/* feed_poll() and feed_pump() work like pty_poll() and pty_pump(). */
void feed_poll(const struct feed *feed, struct pollfd ret_fds[static FEED_POLL]);
void feed_pump(struct feed *feed, const struct pollfd fds[static FEED_POLL]);
