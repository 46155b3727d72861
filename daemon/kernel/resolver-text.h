/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is in a set's own /etc/resolv.conf, /etc/hosts and /etc/nsswitch.conf. Pure, and without
 * allocation. What does not fit is left out line by line.
 */
#ifndef NSCTL_KERNEL_RESOLVER_TEXT_H
#define NSCTL_KERNEL_RESOLVER_TEXT_H

#include "base.h"
#include "daemon/wire/task.h"

/* The first line of each: by it, on a tmpfs of root's, they are known again. */
#define RESOLVER_HEAD "# Written by nsctld for this set.\n"
/* TASK_HOSTS_MAX lines of the longest address and name, and those that are always there. */
#define RESOLVER_TEXT_MAX \
	((TASK_HOSTS_MAX + 2) * (ADDRESS_SIZE + NAME_SIZE + 2) + TASK_NETWORKS_SIZE)

struct resolver_text {
	char bytes[RESOLVER_TEXT_MAX];
	size_t size;
};

void resolver_text_servers(const struct task_resolver *resolver, struct resolver_text *ret);
/* networks: NULL, or what tells apart files that are not to be the same in the end. */
void resolver_text_hosts(const char *networks, const struct task_host *hosts, size_t n,
			 struct resolver_text *ret);
/* The old one, with another line for hosts: no module asks anybody outside the set's network. */
void resolver_text_nsswitch(const char *old, struct resolver_text *ret);

#endif
