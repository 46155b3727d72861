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
struct service_manager_fds {
	int socket_fd; /* listening, non-blocking */
	int vault_fd;  /* stored by an earlier daemon, and not checked yet */
};

/* Takes the descriptors, once, before any process is started, and makes them close-on-exec. Returns
 * 0, or -errno, which has been logged: more than one socket, or a descriptor that is not ours. */
int service_manager_take(struct service_manager_fds *ret);

/* Stores the vault's descriptor while no daemon runs. */
void service_manager_keep_vault(int vault_mnt_fd);

/* Formats a line about the daemon's activity, for `systemctl status`. */
typedef void service_manager_describe(char *ret, size_t size, void *context);
/* Reports that the daemon is ready, and then from the loop, periodically, that it is alive: a
 * daemon that hangs is killed. Returns 0 or -errno. */
int service_manager_start(struct event_base *loop, service_manager_describe *describe,
			  void *context);
void service_manager_stop(void);

void service_manager_reloading(void);
void service_manager_reloaded(void);
void service_manager_stopping(void);

#endif
