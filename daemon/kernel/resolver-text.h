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
	size_t head; /* of hosts: what is before the first member's line; else 0 */
};

/* How a file of hosts becomes another where it is: lines are appended, others struck out. */
#define RESOLVER_STRIKES_MAX 64
#define RESOLVER_LINE_MAX (ADDRESS_SIZE + NAME_SIZE + 2)
struct resolver_edit {
	size_t kept; /* of the new text, is in the file; the rest is appended */
	struct {
		size_t at, size; /* a line of the file, with its end */
	} strikes[RESOLVER_STRIKES_MAX];
	size_t n_strikes;
};

void resolver_text_servers(const struct task_resolver *resolver, struct resolver_text *ret);
/* networks: NULL, or what tells apart files that are not to be the same in the end. */
void resolver_text_hosts(const char *networks, const struct task_host *hosts, size_t n,
			 struct resolver_text *ret);
/*
 * What makes of the file's old bytes one that says what text does, in the same order, but for lines
 * that have been struck out: those are comments. False when it must be another file: it begins
 * otherwise, or too much has changed.
 */
bool resolver_text_edit(const char *old, size_t size, const struct resolver_text *text,
			struct resolver_edit *ret);

/* The old one, with another line for hosts: no module asks anybody outside the set's network. */
void resolver_text_nsswitch(const char *old, struct resolver_text *ret);

#endif
