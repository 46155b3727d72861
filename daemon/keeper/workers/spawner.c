/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/base/service-manager.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/spawner-orders.h"
#include "daemon/keeper/workers/spawner.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/spawn.h"
#include "daemon/wire/message.h"
#include "daemon/wire/task.h"

/* Deadline for the start of the spawner, which first kills the processes of an earlier daemon
 * (leftover.h). */
#define READY_SECONDS 40

static struct {
	pid_t pid; /* 0: it was not started, or spawner_kill() has ended it */
	int fd;
	struct wire_message report;
	struct event *readable;
} spawner = {.fd = -1};

static void on_spawner(evutil_socket_t fd, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	int r;

	while ((r = wire_receive(&spawner.report, fd)) == 1)
		if (spawner.report.header->nlmsg_type == TASK_ENDED)
			ending_is_over(spawner.report.header->nlmsg_seq);
	if (r == -EAGAIN)
		return;
	/* without the spawner, nothing forks workers */
	log_error("the spawner has ended, so nsctld ends, too; sets and commands go on");
	event_base_loopbreak(keeper->loop);
}

static int take_ready(struct keeper *keeper)
{
	struct timeval limit = {.tv_sec = READY_SECONDS};
	struct wire_message message;
	struct task_ready ready;
	int r = wire_message_init(&message);

	if (r < 0)
		return r;
	setsockopt(spawner.fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	r = wire_receive(&message, spawner.fd);
	if (r == 1 && message.header->nlmsg_type == TASK_READY)
		r = wire_decode(&message, &task_ready_layout, &ready);
	else
		r = r < 0 ? r : -ECHILD;
	if (r == 0) {
		keeper->vault_fd = wire_take_fd(&message, ready.vault_fd);
		keeper->cgroup_fd = wire_take_fd(&message, ready.cgroup_fd);
		if (ready.vault_pinned)
			log_warning("%s/vault had been unmounted: pinned again", keeper->runtime);
		/* the service manager keeps a copy of this descriptor, which
		 * wire_message_done() closes */
		service_manager_keep_vault(ready.vault_mnt_fd);
	}
	wire_message_done(&message);
	return r;
}

int spawner_start(struct keeper *keeper, int vault_fd)
{
	const struct spawn_place place = {
		.runtime = keeper->runtime,
		.cgroup = keeper->cgroup,
		.delegated = keeper->delegated,
		.vault_fd = vault_fd,
		.init_uid = keeper->config->init_uid,
		.init_gid = keeper->config->init_gid,
	};
	struct spawn_programs programs;
	char why[SPAWN_WHY_SIZE];
	int r = spawn_find_programs(&programs, why);

	if (r < 0) {
		log_error("a helper cannot be used: %s", why);
		return r;
	}
	if (*why)
		log_warning("a helper should not be used: %s", why);
	r = spawn_spawner(&programs, &place, &spawner.pid, &spawner.fd);
	close_fd(vault_fd);
	if (r == 0)
		r = take_ready(keeper);
	if (r < 0) {
		log_error("the spawner does not start: %s", strerror(-r));
		return r;
	}
	spawner.readable =
		event_new(keeper->loop, spawner.fd, EV_READ | EV_PERSIST, on_spawner, keeper);
	if (!spawner.readable || event_add(spawner.readable, NULL) < 0 ||
	    wire_message_init(&spawner.report) < 0 || fcntl(spawner.fd, F_SETFL, O_NONBLOCK) < 0)
		return -ENOMEM;
	return spawner_orders_begin(spawner.fd);
}

void spawner_kill(void)
{
	_cleanup_fd_ int fd = spawner.pid ? process_pidfd_open(spawner.pid) : -1;
	int status;

	if (fd < 0)
		return;
	process_signal(fd, SIGKILL);
	process_wait(spawner.pid, &status);
	spawner.pid = 0;
}

void spawner_stop(void)
{
	spawner.readable = free_event(spawner.readable);
	wire_message_done(&spawner.report);
	spawner_orders_stop();
	spawner.fd = close_fd(spawner.fd);
}
