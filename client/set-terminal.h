/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The terminal that a command's process makes inside the set, if nsctl's own pty has no name there.
 * Both sides of it come over a socket before the reply that says that the command runs.
 */
#pragma once

#include "client/pty.h"

/* Makes the pair of sockets. Returns the end for the daemon, or -errno. */
int set_terminal_open(int *ret_own_fd);
/* Gives pty the sides of the set's terminal, if they have come. */
void set_terminal_take(int own_fd, struct pty *pty);
