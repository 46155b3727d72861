/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The service manager, systemd: descriptors that it passes at the start, and notifications to it.
 * Without one, these functions do nothing.
 */
#ifndef NSCTL_KEEPER_SERVICE_MANAGER_H
#define NSCTL_KEEPER_SERVICE_MANAGER_H

#include <event2/event.h>
#include "base.h"

/* Descriptors from the service manager; -1: none. */
struct manager_fds {
	int socket_fd; /* listening, non-blocking */
	int vault_fd;  /* stored by an earlier daemon, and not checked yet */
};

/* Takes the descriptors, once, before any process is started, and makes them close-on-exec. Returns
 * 0, or -errno, which has been logged: more than one socket, or a descriptor that is not ours. */
int manager_take(struct manager_fds *ret);

/* Stores the vault's descriptor while no daemon runs. */
void manager_keep_vault(int vault_mnt_fd);

/* Formats a line about the daemon's activity, for `systemctl status`. */
typedef void manager_describe(char *ret, size_t size, void *context);
/* Reports that the daemon is ready, and then from the loop, periodically, that it is alive: a
 * daemon that hangs is killed. Returns 0 or -errno. */
int manager_start(struct event_base *loop, manager_describe *describe, void *context);
void manager_stop(void);

void manager_reloading(void);
void manager_reloaded(void);
void manager_stopping(void);

#endif
