/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The channels between the keeper and a program that may fall into an attacker's hands. To the
 * program leads a socket, which can carry descriptors. It is shut down in the other direction:
 * otherwise the program could send descriptors, which would be closed with the socket, and closing
 * them may take as long as their owner likes. From the program leads a pipe, which carries none.
 */
#pragma once

#include "base.h"

/* A socket and a pipe, for one side. */
struct channels {
	int socket_fd, pipe_fd;
};

/* Makes both. pipe_size: the bytes that the pipe should have room for; 0: as many as usual. Returns
 * 0, or -errno after closing what was made. */
int channels_make(unsigned int pipe_size, struct channels *ret_keeper,
		  struct channels *ret_program);
void channels_close(struct channels *channels);
/* Returns true if the program has not read everything yet. */
bool channels_are_unread(int socket_fd);
