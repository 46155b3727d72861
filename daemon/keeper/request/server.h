/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections: asks the kernel who it is that has connected, decides how far it is served, and
 * hands the socket to the front of that identity.
 */
#ifndef NSCTL_KEEPER_SERVER_H
#define NSCTL_KEEPER_SERVER_H

#include "daemon/keeper/base/keeper.h"

/* How many connections wait at the socket at most, as in nsctld.socket; arrival.c makes it fewer
 * during a flood. */
#define SERVER_BACKLOG 512

/* Listens on path: 0 or -errno. */
int server_listen(struct keeper *keeper, const char *path, mode_t mode);
/* Closes the socket and all connections. */
void server_stop(struct keeper *keeper);

/* Reads /etc/subuid again if it has changed: before the next call. */
void server_refresh_owners(struct keeper *keeper);
/* Returns the user who stands behind uid as far as /etc/subuid tells: uid itself where it tells
 * nothing. */
uid_t server_guess_owner(const struct keeper *keeper, uid_t uid);
/* Serves the accepted socket fd, which has been counted for that uid; takes it. */
void server_serve(struct keeper *keeper, int fd, uid_t counted);
/* Tells its client why it is not served; takes it, uncounted. */
void server_refuse(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);

#endif
