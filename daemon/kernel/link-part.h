/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What link.c (making), link-adjust.c and link-remove.c share. */
#ifndef NSCTL_KERNEL_LINK_PART_H
#define NSCTL_KERNEL_LINK_PART_H

#include <fcntl.h>
#include "daemon/kernel/link.h"
#include "daemon/kernel/rtnl.h"

/* Requests that are sent together, each with the step that has failed when it does. */
struct link_batch {
	struct rtnl rtnl;
	enum step steps[RTNL_BATCH_MAX];
	unsigned int n;
};

/* What was added since the last call is this step. */
void link_batch_expect(struct link_batch *batch, enum step step);
/* Sends them; 0, or -errno and *fault with the detail. */
int link_batch_commit(struct link_batch *batch, uint32_t detail, struct fault *fault);

/* Requests on an interface. */
void link_add_flags(struct rtnl *rtnl, uint32_t index, bool up);
void link_add_change(struct rtnl *rtnl, uint32_t index, const char *mac, uint32_t mtu);
void link_add_address(struct rtnl *rtnl, uint32_t index, const char *text, bool add);
void link_add_route(struct rtnl *rtnl, uint32_t index, const char *gateway, bool add);
/* The subnet of the address becomes the interface's by a route of ours; -EEXIST: another interface
 * has such a one. */
void link_add_claim(struct rtnl *rtnl, uint32_t index, const char *address);

/* The net namespace of an end; own_fd: of one without a pin. The caller's to close; -errno. */
int link_open_place(const struct host *host, const struct task_end *end, int own_fd);
/* The interface of this name (or altname); -ENODEV. */
int link_find_name(struct rtnl *rtnl, const char *name, uint32_t *ret_index);
/* The interface that is the end of this link, whatever it is called now: by its alias or, without
 * one, its MAC. -ENODEV. */
int link_find(struct rtnl *rtnl, const char *id, const struct task_end *end, uint32_t *ret_index);

/* link_remove() where an end without a pin is in own_fd. */
int link_remove_at(const struct host *host, const struct task_link *link, int own_fd,
		   struct fault *fault);

#endif
