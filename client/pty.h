/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A terminal of the command's own, and the caller's in raw mode around it. The command never gets
 * the caller's terminal: with it, it could type into the caller's shell (TIOCSTI, CVE-2017-5226).
 */
#ifndef NSCTL_CLIENT_PTY_H
#define NSCTL_CLIENT_PTY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include "base.h"

#define PTY_BUFFER (64 * 1024)

/* Bytes on their way in one direction. */
struct pty_buffer {
	size_t at, used;
	char data[PTY_BUFFER];
};

struct pty {
	int master_fd; /* non-blocking */
	/* Kept until the command has ended: without it a command that closes its terminal for a
	 * moment would look as if it had ended. */
	int slave_fd;
	int input_fd, output_fd; /* the caller's, -1 when at an end; ours to close */
	bool output_waits;	 /* output_fd is non-blocking: another description than stdout's */
	bool input_is_terminal;
	bool mid_line;	     /* what went in last was no end of a line */
	unsigned closing;    /* end-of-file characters that are still to be sent */
	unsigned interrupts; /* interrupt characters that went in and will become SIGINT */
	struct pty_buffer in, out;
};

/* Makes the pair, like the caller's terminal where there is one. 0 or -errno. */
int pty_new(struct pty **ret);
struct pty *pty_free(struct pty *pty); /* restores the caller's terminal first */

/* The caller's terminal, if stdin is one, to raw mode and back to what it was. pty_restore() may be
 * called at any time, also in a signal handler. */
void pty_raw(struct pty *pty);
void pty_restore(void);

/* Gives the pty the size of the caller's terminal. kick: let the command draw anew, also where that
 * is the size already. */
void pty_resize(struct pty *pty, bool kick);

#define PTY_POLL 3
/* What to wait for, and what to do then. */
void pty_poll(const struct pty *pty, struct pollfd ret_fds[static PTY_POLL]);
void pty_pump(struct pty *pty, const struct pollfd fds[static PTY_POLL]);

/* The command has ended: passes on what it wrote last, unless stop_fd becomes readable. */
void pty_drain(struct pty *pty, int stop_fd);

#endif
