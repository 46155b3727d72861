/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include <string.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/helper.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/proxy-parts.h"

/* Takes over what the task has, and closes everything else of the daemon. */
static int take_task(const struct task_proxy *task, struct proxy *ret)
{
	int *fds[2 + TASK_LISTENERS_MAX] = {&ret->leash_fd};
	size_t n = 1;

	ret->leash_fd = task->leash_fd;
	for (size_t i = 0; i < task->n_listeners; i++) {
		const struct task_listener *listener = &task->listeners[i];

		ret->ports[i] =
			(struct proxy_port){listener->fd, listener->udp, (uint16_t)listener->port};
		fds[n++] = &ret->ports[i].fd;
	}
	ret->n_ports = task->n_listeners;
	for (size_t i = 0; i < ARRAY_SIZE(ret->targets); i++)
		ret->targets[i] = task->targets[i];
	if (ret->owner_fd >= 0)
		fds[n++] = &ret->owner_fd;
	return helper_keep(fds, n);
}

/* Becomes the proxy. Runs in a child, which is in the set's net namespace. */
static void run(const struct host *host, const struct task_proxy *task, int owner_fd)
{
	struct proxy proxy = {.owner_fd = owner_fd};

	if (helper_become(host, task->owner, "nsctl-proxy", task->leash_fd) == 0 &&
	    take_task(task, &proxy) == 0) {
		privilege_conceal();
		proxy_serve(&proxy);
	}
	_exit(EXIT_FAILURE);
}

static int start(const struct host *host, const struct task_proxy *task, struct fault *fault)
{
	_cleanup_fd_ int ns_fd = pin_open_path(host->vault_root_fd, task->pin, KIND_NET);
	/* of the host's net namespace, where the clients are */
	_cleanup_fd_ int owner_fd = proxy_owner_open();
	pid_t pid;

	if (ns_fd < 0 || setns(ns_fd, CLONE_NEWNET) < 0)
		return fault_set(fault, STEP_JOIN, KIND_NET, ns_fd < 0 ? -ns_fd : errno);
	pid = helper_fork();
	if (pid == 0)
		run(host, task, owner_fd);
	return pid < 0 ? fault_set(fault, STEP_FORK, 0, -pid) : 0;
}

void child_proxy(const struct host *host, const struct task_proxy *task)
{
	struct task_report report = {};
	struct fault fault = {};

	child_begin();
	start(host, task, &fault);
	child_finish(host, &report, &fault);
}
