/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/if_bridge.h>
#include <poll.h>
#include <time.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/pin.h"

/*
 * How long to wait until the kernel has torn a net namespace down, which deletes the other ends of
 * its links. That usually takes 1.5–50 ms (docs/kernel.md, 7). Ends that are left then are deleted
 * one by one.
 */
#define TEARDOWN_MILLISECONDS 200

/* The group of interfaces (`ip link show group`) that wait to be deleted. */
#define LEFT_GROUP 1

/* --- deleting --- */

static int delete_index(struct rtnl *rtnl, uint32_t index)
{
	struct ifinfomsg *header;
	int r;

	rtnl_add(rtnl, RTM_DELLINK, 0, sizeof(*header), (void **)&header);
	header->ifi_index = (int)index;
	r = rtnl_commit(rtnl, NULL);
	return r == -ENODEV ? 0 : r;
}

/* Deletes one end, and its peer with it. Returns 0 also if the end's net namespace is gone. */
static int delete_end(const struct host *host, const char *id, const struct task_end *end,
		      int own_fd)
{
	_cleanup_fd_ int ns_fd = link_open_place(host, end, own_fd);
	struct rtnl rtnl;
	uint32_t index;
	int r;

	if (ns_fd < 0)
		return ns_fd == -ENOENT || ns_fd == -EBADF ? 0 : ns_fd;
	r = rtnl_open(&rtnl, ns_fd);
	if (r == 0)
		r = link_find(&rtnl, id, end, &index);
	if (r == 0)
		r = delete_index(&rtnl, index);
	rtnl_close(&rtnl);
	return r == -ENODEV ? 0 : r;
}

int link_remove(const struct host *host, const struct task_link *link, int own_fd,
		struct fault *fault)
{
	int r;

	fault_point("unlink-started");
	/* looks for the other end in any case, whatever the result for the first one */
	r = delete_end(host, link->id, &link->a, own_fd);
	if (r < 0)
		return fault_set(fault, STEP_REMOVE_LINK, 0, -r);
	r = delete_end(host, link->id, &link->b, own_fd);
	fault_point("unlink-done");
	return fault_if(fault, STEP_REMOVE_LINK, 1, r);
}

void child_remove_link(const struct host *host, const struct task_one_link *task,
		       struct task_report *report _unused_, struct fault *fault)
{
	link_remove(host, &task->link, -1, fault);
}

/* --- waiting for net namespaces that go --- */

static bool is_own(const struct task_end *end, const char *own_pin)
{
	return !end->host && end->pin && strcmp(end->pin, own_pin) == 0;
}

static bool is_missing(int ns_fd, const char *id, const struct task_end *end)
{
	_cleanup_rtnl_ struct rtnl rtnl;
	uint32_t index;
	int r = rtnl_open(&rtnl, ns_fd);

	if (r == 0)
		r = link_find(&rtnl, id, end, &index);
	return r == -ENODEV;
}

static struct nlmsghdr *add_change(struct rtnl *rtnl, unsigned char family, uint32_t index)
{
	struct ifinfomsg *header;
	struct nlmsghdr *message =
		rtnl_add(rtnl, RTM_SETLINK, 0, sizeof(*header), (void **)&header);

	header->ifi_family = family;
	header->ifi_index = (int)index;
	return message;
}

/* Disables a port of a bridge, so that from now on nothing passes it, and marks it for
 * child_sweep(). Returns 0 also if it is gone. */
static int leave_port(int ns_fd, const char *id, const struct task_end *end)
{
	struct nlmsghdr *message;
	struct nlattr *port;
	_cleanup_rtnl_ struct rtnl rtnl;
	uint32_t index;
	int r = rtnl_open(&rtnl, ns_fd);

	if (r == 0)
		r = link_find(&rtnl, id, end, &index);
	if (r == 0) {
		/* the group comes first: a change of the interface enables its port again */
		message = add_change(&rtnl, AF_UNSPEC, index);
		mnl_attr_put_u32(message, IFLA_GROUP, LEFT_GROUP);
		message = add_change(&rtnl, PF_BRIDGE, index);
		port = mnl_attr_nest_start(message, IFLA_PROTINFO);
		mnl_attr_put_u8(message, IFLA_BRPORT_STATE, BR_STATE_DISABLED);
		mnl_attr_nest_end(message, port);
		r = rtnl_commit(&rtnl, NULL);
	}
	return r == -ENODEV ? 0 : r;
}

/* Deletes what leave_port() has marked, with one request. */
static int delete_left(int ns_fd)
{
	struct ifinfomsg *header;
	struct nlmsghdr *message;
	_cleanup_rtnl_ struct rtnl rtnl;
	int r = rtnl_open(&rtnl, ns_fd);

	if (r == 0) {
		message = rtnl_add(&rtnl, RTM_DELLINK, 0, sizeof(*header), (void **)&header);
		mnl_attr_put_u32(message, IFLA_GROUP, LEFT_GROUP);
		r = rtnl_commit(&rtnl, NULL);
	}
	return r == -ENODEV ? 0 : r;
}

void child_sweep(const struct host *host, const struct task_sweep *task,
		 struct task_report *report _unused_, struct fault *fault)
{
	char path[PIN_PATH_SIZE];
	_cleanup_fd_ int ns_fd = -1;
	int r;

	pin_path(&task->set, path);
	r = ns_fd = pin_open_path(host->vault_root_fd, path, KIND_NET);
	if (ns_fd >= 0)
		r = delete_left(ns_fd);
	/* without its pin, the network is gone with all its ports */
	if (r < 0 && r != -ENOENT)
		fault_set(fault, STEP_REMOVE_LINK, 0, -r);
}

void link_teardown_begin(const struct host *host, const struct task_remove *task,
			 const char *own_pin, struct link_teardown *ret)
{
	ret->n = 0;
	for (size_t i = 0; i < task->n_links; i++) {
		const struct task_link *link = &task->links[i];
		const struct task_end *far = is_own(&link->a, own_pin) ? &link->b : &link->a;
		_cleanup_fd_ int ns_fd = link_open_place(host, far, -1);

		/* a net namespace that is gone has nothing of the link */
		if (ns_fd < 0)
			continue;
		/* To the members, a disabled port is the same as one that is gone. With power over
		 * the other end, a user could enable it again, by setting that end down and up. */
		if (task->keeps_ends && far->port && leave_port(ns_fd, link->id, far) == 0)
			continue;
		/* An end that a user has moved elsewhere cannot be waited for. So delete the link
		 * now, by its other end; if that fails, the kernel does it with the namespace. */
		if (far->host && is_missing(ns_fd, link->id, far)) {
			struct fault ignored;

			(void)link_remove(host, link, -1, &ignored);
		}
		ret->far[ret->n].link = link;
		ret->far[ret->n].end = far;
		ret->far[ret->n++].ns_fd = take_fd(&ns_fd);
	}
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until an end is gone, and deletes it at the deadline. Usually looks two or three times. */
static int wait_for(int ns_fd, const char *id, const struct task_end *end, long deadline)
{
	_cleanup_rtnl_ struct rtnl rtnl;
	uint32_t index;
	int r = rtnl_open(&rtnl, ns_fd), pause = 1;

	while (r == 0) {
		r = link_find(&rtnl, id, end, &index);
		if (r == 0 && milliseconds() >= deadline) {
			r = delete_index(&rtnl, index);
			break;
		}
		if (r == 0)
			poll(NULL, 0, pause);
		pause = MIN(2 * pause, 10);
	}
	return r == -ENODEV ? 0 : r;
}

int link_teardown_wait(const struct link_teardown *teardown, struct fault *fault)
{
	long deadline = milliseconds() + TEARDOWN_MILLISECONDS;

	for (size_t i = 0; i < teardown->n; i++) {
		int r = wait_for(teardown->far[i].ns_fd, teardown->far[i].link->id,
				 teardown->far[i].end, deadline);

		if (r < 0)
			return fault_set(fault, STEP_REMOVE_LINK, 2 * i, -r);
	}
	return 0;
}
