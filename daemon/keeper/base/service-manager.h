/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receives descriptors from the service manager (systemd) at the start, and sends notifications to
 * it. Without a service manager, there are no descriptors, and nothing is sent. */
#pragma once

#include <event2/event.h>
#include "base.h"

/* Descriptors from the service manager; -1: none. */
struct service_manager_fds {
	int socket_fd; /* the listening socket, non-blocking */
	int vault_fd;  /* the vault (kernel/vault.h) of an earlier daemon, not checked yet */
};

/*
 * Takes the descriptors and makes them close-on-exec. Closes those that nsctld has no use for. Must
 * be called once, before any process is started. Returns 0 or -errno. Returns -EINVAL, after
 * logging the reason, for a second socket or a socket of a wrong type.
 */
int service_manager_take(struct service_manager_fds *ret);

/* Stores a copy of the vault's descriptor, in place of an earlier one, with the service manager,
 * which passes the copy to the next daemon. */
void service_manager_keep_vault(int vault_mnt_fd);

/* Writes to ret a line about what the daemon is doing, for `systemctl status`. */
typedef void service_manager_describe(char *ret, size_t size, void *context);
/* Reports that the daemon is ready. If the unit has WatchdogSec=, the event loop then reports
 * periodically that the daemon is alive, and the service manager kills a daemon that hangs. Each
 * report, and that of service_manager_stopping(), calls describe(). Returns 0 or -ENOMEM. */
int service_manager_start(struct event_base *loop, service_manager_describe *describe,
			  void *context);
void service_manager_stop(void);

void service_manager_reloading(void);
void service_manager_reloaded(void);
void service_manager_stopping(void);
