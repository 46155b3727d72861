/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/proxy.h"

/* The descriptors that the proxy keeps are moved here and above, and all others are closed. */
#define KEPT_FD 512

/* Moves the descriptor to the kept ones. Returns its new number, or -errno. */
static int keep_fd(int fd, int *last)
{
	int kept = fcntl(fd, F_DUPFD_CLOEXEC, KEPT_FD);

	if (kept < 0)
		return negative_errno();
	*last = MAX(*last, kept);
	return kept;
}

/* Takes over what the task has, and closes everything else of the daemon. */
static int take_task(const struct task_proxy *task, struct proxy *ret)
{
	int last = KEPT_FD;

	ret->leash_fd = keep_fd(task->leash_fd, &last);
	if (ret->leash_fd < 0)
		return ret->leash_fd;
	for (size_t i = 0; i < task->n_listeners; i++) {
		const struct task_listener *listener = &task->listeners[i];
		int fd = keep_fd(listener->fd, &last);

		if (fd < 0)
			return fd;
		ret->ports[ret->n_ports++] =
			(struct proxy_port){fd, listener->udp, (uint16_t)listener->port};
	}
	for (size_t i = 0; i < ARRAY_SIZE(ret->targets); i++)
		ret->targets[i] = task->targets[i];
	for (int fd = 0; fd < KEPT_FD; fd++)
		close_fd(fd);
	process_close_from(last + 1, -1);
	return 0;
}

/* The child: becomes the proxy. It is in the set's net namespace. */
static void run(const struct host *host, const struct task_proxy *task)
{
	/* the proxy of root's set runs as another user, because it needs no rights */
	const struct identity identity = {.uid = task->owner ? task->owner : host->init_uid,
					  .gid = host->init_gid};
	struct proxy proxy = {};

	prctl(PR_SET_NAME, "nsctl-proxy");
	if (chdir("/") == 0 && privilege_drop(&identity, true) == 0 && privilege_no_new() == 0 &&
	    take_task(task, &proxy) == 0) {
		privilege_conceal();
		proxy_serve(&proxy);
	}
	_exit(EXIT_FAILURE);
}

static int start(const struct host *host, const struct task_proxy *task, struct fault *fault)
{
	_cleanup_fd_ int ns_fd = pin_open_path(host->vault_root_fd, task->pin, KIND_NET);
	pid_t pid;

	if (ns_fd < 0 || setns(ns_fd, CLONE_NEWNET) < 0)
		return fault_set(fault, STEP_JOIN, KIND_NET, ns_fd < 0 ? -ns_fd : errno);
	/* this process ends at once: process 1 becomes the proxy's parent, and awaits its end */
	pid = process_fork(0, host->watchers_fd, NULL);
	if (pid == 0)
		run(host, task);
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
