/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service manager, systemd: what it hands over at start, and what it is told. Where there is
 * none, all of this does nothing.
 */
#ifndef NSCTL_KEEPER_SERVICE_MANAGER_H
#define NSCTL_KEEPER_SERVICE_MANAGER_H

#include <event2/event.h>
#include "base.h"

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

/* Writes a line about what the daemon does, for `systemctl status`. */
typedef void manager_describe(char *ret, size_t size, void *context);
/* Says that the daemon serves; and from the loop, again and again, that it still does: a daemon
 * that hangs is killed. Returns 0 or -errno. */
int manager_start(struct event_base *loop, manager_describe *describe, void *context);
void manager_stop(void);

void manager_reloading(void);
void manager_reloaded(void);
void manager_stopping(void);

#endif
