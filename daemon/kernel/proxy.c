/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/helper.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/proxy.h"

/* --- the loop --- */

/* After a shortage, or when there is no room, the proxy tries again at this interval: another
 * process may have ended, or a connection may have become idle. */
#define PAUSE_MILLISECONDS 1000

static int begin(const struct proxy *proxy)
{
	uint32_t watched = 0;
	int r = proxy_wait_begin();

	if (r < 0)
		return r;
	proxy_pairs_begin();
	proxy_flows_begin(proxy);
	return proxy_wait_for(proxy->leash_fd, &watched, EPOLLIN,
			      (struct proxy_event){.source = PROXY_LEASH})
		       ? 0
		       : -ENOMEM;
}

static void watch_ports(const struct proxy *proxy, bool accepting)
{
	static uint32_t watched[TASK_LISTENERS_MAX];

	for (uint32_t i = 0; i < proxy->n_ports; i++) {
		uint32_t events = accepting || proxy->ports[i].udp ? EPOLLIN : 0;

		(void)proxy_wait_for(proxy->ports[i].fd, &watched[i], events,
				     (struct proxy_event){PROXY_PORT, i});
	}
}

/* Handles events of connections and flows. Returns false if the leash is closed. */
static bool go_on(const struct proxy *proxy, const struct proxy_event *events, int n)
{
	for (int i = 0; i < n; i++) {
		if (events[i].source == PROXY_LEASH)
			return false;
		if (events[i].source == PROXY_PAIR)
			proxy_pairs_go_on(events[i].index);
		else if (events[i].source == PROXY_FLOW)
			proxy_flows_pass_out(proxy, events[i].index);
	}
	return true;
}

/* Accepts connections and datagrams at the ports. Returns false if the kernel is short of
 * descriptors or memory. */
static bool take_new(const struct proxy *proxy, const struct proxy_event *events, int n)
{
	bool enough = true;

	for (int i = 0; i < n; i++) {
		uint32_t index = events[i].index;

		if (events[i].source != PROXY_PORT)
			continue;
		if (proxy->ports[index].udp)
			proxy_flows_pass_in(proxy, index);
		else
			enough &= proxy_pairs_accept(proxy, &proxy->ports[index]);
	}
	return enough;
}

/* Serves until the leash is closed. One process serves all clients; what it cannot take at once
 * waits in the kernel. */
static void serve(const struct proxy *proxy)
{
	struct proxy_event events[PROXY_EVENTS_MAX];
	bool enough = true;
	int n;

	if (begin(proxy) < 0)
		return;
	do {
		/* connections that are not accepted wait in the kernel */
		bool accepting = enough && proxy_pairs_have_room();

		watch_ports(proxy, accepting);
		n = proxy_wait(accepting ? -1 : PAUSE_MILLISECONDS, events);
		if (n < 0 || !go_on(proxy, events, n))
			return;
		/* new connections come last: they take the places of those that have ended */
		enough = take_new(proxy, events, n);
	} while (true);
}

/* --- the task --- */

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
		serve(&proxy);
	}
	_exit(EXIT_FAILURE);
}

void child_proxy(const struct host *host, const struct task_proxy *task,
		 struct task_report *report _unused_, struct fault *fault)
{
	_cleanup_fd_ int ns_fd = pin_open_path(host->vault_root_fd, task->pin, KIND_NET);
	/* of the host's net namespace, where the clients are */
	_cleanup_fd_ int owner_fd = proxy_owner_open();
	pid_t pid;

	if (ns_fd < 0 || setns(ns_fd, CLONE_NEWNET) < 0) {
		fault_set(fault, STEP_JOIN, KIND_NET, ns_fd < 0 ? -ns_fd : errno);
		return;
	}
	pid = helper_fork();
	if (pid == 0)
		run(host, task, owner_fd);
	if (pid < 0)
		fault_set(fault, STEP_FORK, 0, -pid);
}
