/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service manager, systemd: what it hands over at start, and what it is told. Where there is
 * none, all of this does nothing.
 */
#ifndef NSCTL_KEEPER_SERVICE_MANAGER_H
#define NSCTL_KEEPER_SERVICE_MANAGER_H

#include "daemon/keeper/keeper.h"

/* What was handed over; -1: nothing. */
struct manager_fds {
	int socket_fd; /* listening, non-blocking */
	int vault_fd;  /* kept for us since a daemon before; what it is has not been checked */
};

/* Takes it, once, before any process is started: close-on-exec from here on. 0, or a negative errno
 * that was logged: more than one socket, or something else that is none of ours. */
int manager_take(struct manager_fds *ret);

/* Gives the vault to be kept while no daemon runs. */
void manager_keep_vault(int vault_mnt_fd);

/* Says that the daemon serves, and from the loop ever again that it does: what hangs is killed. 0
 * or -errno. */
int manager_start(struct keeper *keeper);

void manager_reloading(void);
void manager_reloaded(void);
void manager_stopping(struct keeper *keeper);

#endif
