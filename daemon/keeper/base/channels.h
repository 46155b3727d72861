/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The channels between the keeper and a program that an attacker may take over. A socket leads to
 * the program, and can carry descriptors. A pipe, which carries no descriptors, leads back; the
 * socket is shut down in this direction. Otherwise the program could send descriptors to the
 * keeper, which would have to close them, and close(2) could block for as long as the sender likes.
 */
#pragma once

#include "base.h"

/* One side of the channels: an end of the socket, and an end of the pipe. */
struct channels {
	int socket_fd, pipe_fd;
};

/* Makes the socket and the pipe. pipe_size: the bytes for which the pipe should have room; 0: the
 * kernel's default. Returns 0, or -errno after closing what was made. */
int channels_make(unsigned int pipe_size, struct channels *ret_keeper,
		  struct channels *ret_program);
void channels_close(struct channels *channels);
/* Returns true if the program has not read everything that the keeper has sent. socket_fd: the
 * keeper's end of the socket. */
bool channels_are_unread(int socket_fd);
