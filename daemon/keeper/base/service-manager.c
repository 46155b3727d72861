/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <systemd/sd-daemon.h>
#include <time.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/base/service-manager.h"

#define VAULT_NAME "vault"

/* The parameters of service_manager_start(), and the timer of the watchdog (NULL: none). */
static struct {
	service_manager_describe *describe;
	void *context;
	struct event *watchdog;
} status;

/* Closes a descriptor that nsctld has no use for, and removes it by its name from the service
 * manager's store, which would otherwise keep it for ever. */
static void give_back(const char *name, int fd)
{
	log_notice("descriptor %s in the service manager's store is not nsctld's: removed", name);
	sd_notifyf(false, "FDSTOREREMOVE=1\nFDNAME=%s", name);
	close_fd(fd);
}

static int take_one(struct service_manager_fds *fds, const char *name, int fd)
{
	if (strcmp(name, VAULT_NAME) == 0 && fds->vault_fd < 0) {
		fds->vault_fd = fd;
		return 0;
	}
	if (sd_is_socket(fd, AF_UNSPEC, 0, -1) <= 0) {
		give_back(name, fd);
		return 0;
	}
	if (fds->socket_fd >= 0) {
		log_error("the service manager passes a second socket (%s): the unit may have "
			  "but one",
			  name);
		return -EINVAL;
	}
	if (sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) <= 0) {
		log_error("the socket that the service manager passes (%s) is not ListenStream= "
			  "with a path",
			  name);
		return -EINVAL;
	}
	fds->socket_fd = fd;
	return fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ? negative_errno() : 0;
}

int service_manager_take(struct service_manager_fds *ret)
{
	struct service_manager_fds fds = {-1, -1};
	char **names = NULL;
	int n = sd_listen_fds_with_names(true, &names), r = MIN(n, 0);

	for (int i = 0; i < n && r == 0; i++)
		r = take_one(&fds, names[i], SD_LISTEN_FDS_START + i);
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
	if (r == 0)
		*ret = fds;
	return r;
}

void service_manager_keep_vault(int vault_mnt_fd)
{
	/* otherwise the service manager might pass an earlier vault to the next daemon */
	sd_notify(false, "FDSTOREREMOVE=1\nFDNAME=" VAULT_NAME);
	sd_pid_notify_with_fds(0, false, "FDSTORE=1\nFDNAME=" VAULT_NAME, &vault_mnt_fd, 1);
}

/* Sends a notification to the service manager: state, which is whole lines such as "READY=1\n",
 * followed by the status text. */
static void tell(const char *state)
{
	char text[128];

	status.describe(text, sizeof(text), status.context);
	sd_notifyf(false, "%sSTATUS=%s", state, text);
}

static void on_watchdog(evutil_socket_t fd _unused_, short what _unused_, void *context _unused_)
{
	tell("WATCHDOG=1\n");
}

int service_manager_start(struct event_base *loop, service_manager_describe *describe,
			  void *context)
{
	struct timeval interval;
	uint64_t limit;

	status.describe = describe;
	status.context = context;
	tell("READY=1\n");
	if (sd_watchdog_enabled(true, &limit) <= 0)
		return 0;
	interval = clock_span(limit / 2);
	status.watchdog = event_new(loop, -1, EV_PERSIST, on_watchdog, NULL);
	return status.watchdog && event_add(status.watchdog, &interval) == 0 ? 0 : -ENOMEM;
}

void service_manager_stop(void)
{
	status.watchdog = free_event(status.watchdog);
}

void service_manager_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(false, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		   now.tv_sec * UINT64_C(1000000) + now.tv_nsec / 1000);
}

void service_manager_reloaded(void)
{
	sd_notify(false, "READY=1");
}

void service_manager_stopping(void)
{
	if (status.describe)
		tell("STOPPING=1\n");
}
