/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Serves connections: reads what the kernel says about the peer, charges the connection to a user,
 * and passes its socket to the front for the peer's identity.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Length of the queue at the socket, as in nsctld.socket. arrival.c shortens it during a flood. */
#define SERVER_BACKLOG 512

/* Listens on path. Returns the socket or -errno. */
int server_listen(const char *path, mode_t mode);
/* Closes the socket and all connections. */
void server_stop(struct keeper *keeper);

/* Reads /etc/subuid again if it has changed. Must be called before server_guess_owner(). */
void server_refresh_owners(struct keeper *keeper);
/* Returns the user whose subordinate id uid is, according to /etc/subuid, or uid itself. */
uid_t server_guess_owner(const struct keeper *keeper, uid_t uid);
/* Serves a connection, by its accepted socket fd, which has been counted against
 * uid counted. Takes fd. */
void server_serve(struct keeper *keeper, int fd, uid_t counted);
/* Refuses a connection, by its accepted socket fd, which has not been counted. Takes fd. Sends
 * failure to the client, and logs it. */
void server_refuse(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);
