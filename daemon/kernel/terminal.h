/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A command's terminal with a name in the set. A set with a root directory has a devpts of its own,
 * where the client's pty has no name: tty(1), GPG_TTY and /dev/stdout do not work with it. So the
 * command's process makes a pty there, with the command's rights, and sends it to the client.
 */
#pragma once

/*
 * Makes a pty in the devpts at /dev/pts, with the mode and the size of the terminal given_fd, and
 * sends both of its sides over the client's socket: the master, then the slave. Returns the slave,
 * or -1 if given_fd is to be used: because it has a name there, or because this is impossible.
 */
int terminal_make_inside(int given_fd, int socket_fd);
