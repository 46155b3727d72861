/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The service manager (systemd): receives the descriptors that it passes at the start, and sends
 * notifications to it. Without a service manager, these functions do nothing. */
#pragma once

#include <event2/event.h>
#include "base.h"

/* Descriptors from the service manager; -1: none. */
struct service_manager_fds {
	int socket_fd; /* the listening socket, non-blocking */
	int vault_fd;  /* the vault of an earlier daemon, not checked yet */
};

/*
 * Takes the descriptors and makes them close-on-exec. Must be called once, before any process is
 * started. Returns 0 or -errno, after logging the reason: a second socket, or a socket of a wrong
 * type.
 */
int service_manager_take(struct service_manager_fds *ret);

/* Stores a copy of the vault's descriptor with the service manager, which passes the
 * copy to the next daemon. */
void service_manager_keep_vault(int vault_mnt_fd);

/* Writes to ret a line about what the daemon is doing, for `systemctl status`. */
typedef void service_manager_describe(char *ret, size_t size, void *context);
/* Reports that the daemon is ready. From then on the event loop reports periodically that it is
 * alive, and the service manager kills a daemon that hangs. Returns 0 or -errno. */
int service_manager_start(struct event_base *loop, service_manager_describe *describe,
			  void *context);
void service_manager_stop(void);

void service_manager_reloading(void);
void service_manager_reloaded(void);
void service_manager_stopping(void);
