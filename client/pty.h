/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A terminal of the command's own, with the caller's terminal in raw mode around it. The command
 * never gets the caller's terminal, because a command that has it could type into the caller's
 * shell (TIOCSTI, CVE-2017-5226).
 */
#pragma once

#include <poll.h>
#include "base.h"

#define PTY_BUFFER (64 * 1024)

/* Bytes in transit in one direction. */
struct pty_buffer {
	size_t at, used;
	char data[PTY_BUFFER];
};

struct pty {
	int master_fd; /* non-blocking */
	/* Kept open until the command has ended: otherwise a command that closes its terminal for a
	 * moment would seem to have ended. */
	int slave_fd;
	int input_fd, output_fd; /* our copies of stdin and stdout; -1 once they have ended */
	bool output_waits;	 /* output_fd was opened again, so that it could be made
				    non-blocking */
	bool input_is_terminal;
	bool one_terminal;   /* input and output are the same terminal */
	bool reads;	     /* input is passed on: see pty_take() */
	bool hung_up;	     /* the caller's terminal, or its output, is gone */
	bool mid_line;	     /* the last input did not end a line */
	unsigned closing;    /* end-of-file characters that remain to be sent */
	unsigned interrupts; /* interrupt characters sent, which will become SIGINT */
	struct pty_buffer in, out;
};

/* Makes a pty with the properties of the caller's terminal, if there is one. Returns 0 or
 * -errno. */
int pty_new(struct pty **ret);
/* Gives the pty other sides, which it then owns. The command must not have used the former ones. */
void pty_replace(struct pty *pty, int master_fd, int slave_fd);
/* Restores the caller's terminal, and closes the pty. Returns NULL. */
struct pty *pty_free(struct pty *pty);

/*
 * Begins to pass on input, and sets the caller's terminal to raw mode. Does nothing in the
 * background. Must be called when the command runs, and when this process may have come to the
 * foreground. Before that, input stays in the terminal, and ^C reaches this process.
 */
void pty_take(struct pty *pty);
/* Returns true if input waits until this process is in the foreground. */
bool pty_waits(const struct pty *pty);
/* Restores the caller's terminal. May be called at any time, also in a signal handler. */
void pty_restore(void);

/* Gives the pty the size of the caller's terminal. kick: makes the command redraw, even if the size
 * is the same. */
void pty_resize(struct pty *pty, bool kick);

#define PTY_POLL 3
/* pty_poll() fills in the events to wait for. After poll(), pty_pump() copies the bytes. */
void pty_poll(const struct pty *pty, struct pollfd ret_fds[static PTY_POLL]);
void pty_pump(struct pty *pty, const struct pollfd fds[static PTY_POLL]);

/* Passes on the last output of a command that has ended. Stops if stop_fd becomes readable. */
void pty_drain(struct pty *pty, int stop_fd);

/*
 * The terminal that a command's process makes inside the set, if nsctl's own pty has no name there.
 * Both sides of it come over a socket before the reply that says that the command runs.
 */

/* Makes the pair of sockets. Returns the end for the daemon, or -errno. */
int set_terminal_open(int *ret_own_fd);
/* Gives pty the sides of the set's terminal, if they have come. */
void set_terminal_take(int own_fd, struct pty *pty);
