/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Serves connections: reads what the kernel says about the peer, charges the connection to a user,
 * and passes its socket to the front for the peer's identity.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Length of the queue of the listening socket, as in nsctld.socket. arrival.c shortens it during a
 * flood. */
#define SERVER_BACKLOG 512

/* Makes a listening socket at path, with this mode. Replaces one that a daemon has left over.
 * Returns the socket, -EADDRINUSE if a process answers at path, or another -errno. */
int server_listen(const char *path, mode_t mode);
/* Ends all fronts and connections, at the keeper's end. The listening socket stays open. */
void server_stop(struct keeper *keeper);

/* Reads /etc/subuid again if it has changed. Must be called before server_guess_owner(). */
void server_refresh_owners(struct keeper *keeper);
/* Returns the user who has uid as a subordinate id, according to /etc/subuid, or else uid itself.
 * For a subordinate id of root, returns the account of the fronts, which has limits. */
uid_t server_guess_owner(const struct keeper *keeper, uid_t uid);
/* Serves a connection, or refuses it. Takes fd, its accepted socket. counted: the user against
 * whose limit the connection has been counted. */
void server_serve(struct keeper *keeper, int fd, uid_t counted);
/* Refuses a connection: logs and counts the refusal, and sends failure to the client. Takes fd, its
 * accepted socket. uid: the user who is charged for it, or (uid_t)-1 if unknown. Does not change
 * the user's count of connections. */
void server_refuse(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);
