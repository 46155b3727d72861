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

/* Listens on path. Returns the socket or -errno. */
int server_listen(const char *path, mode_t mode);
/* Closes the socket and all connections. */
void server_stop(struct keeper *keeper);

/* Reads /etc/subuid again if it has changed. Must be called before server_guess_owner(). */
void server_refresh_owners(struct keeper *keeper);
/* Returns the user who has uid as a subordinate id, according to /etc/subuid, or else uid itself.
 * For a subordinate id of root, returns the account of the fronts, which has limits. */
uid_t server_guess_owner(const struct keeper *keeper, uid_t uid);
/* Serves a connection. fd: its accepted socket, which is taken. counted: the user against whose
 * limit the connection has been counted. */
void server_serve(struct keeper *keeper, int fd, uid_t counted);
/* Refuses a connection that has not been counted. fd: its accepted socket, which is taken. Sends
 * failure to the client, and logs it. */
void server_refuse(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);
