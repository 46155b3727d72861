/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections and fronts: accepts, asks the kernel who it is, hands the socket to the front of that
 * identity, takes typed requests from fronts and gives them to whom they are for.
 */
#ifndef NSCTL_KEEPER_SERVER_H
#define NSCTL_KEEPER_SERVER_H

#include "daemon/keeper/keeper.h"

/* Listens on path: 0 or -errno. */
int server_listen(struct keeper *keeper, const char *path, mode_t mode);
int server_start(struct keeper *keeper);
/* Accepts nobody any more: who comes waits at the socket. */
void server_pause(struct keeper *keeper);
void server_stop(struct keeper *keeper);

#endif
