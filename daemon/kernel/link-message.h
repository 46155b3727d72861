/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Builds rtnetlink messages that make, change and delete links. Opens the net namespaces in which
 * they are sent: those of a link's ends.
 */
#pragma once

#include <linux/rtnetlink.h>
#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/kernel/rtnl.h"

/* Messages that are sent together. steps[i] is the step that has failed if message i fails. */
struct link_batch {
	struct rtnl rtnl;
	enum step steps[RTNL_BATCH_MAX];
	unsigned int n;
};

/* Converts an address, which the keeper has checked, to bytes. Returns its family; the prefix is 0
 * if the text has none. */
int link_read_address(const char *text, uint8_t bytes[16], unsigned int *ret_prefix);

/* Assigns step to all messages added since the last call. */
void link_batch_expect(struct link_batch *batch, enum step step);
/* Sends the batch. Returns 0, or -errno and *fault with the detail. */
int link_batch_commit(struct link_batch *batch, uint32_t detail, struct fault *fault);

/* Adds a message about an interface (index 0: a new one). Returns its header, and the message, to
 * which attributes can be added. */
struct ifinfomsg *link_add_message(struct rtnl *rtnl, uint16_t type, uint16_t flags, uint32_t index,
				   struct nlmsghdr **ret_message);
/* Converts the text of a MAC to bytes. Returns false if text is NULL or no MAC. */
bool link_read_mac(const char *text, uint8_t ret[6]);
void link_put_mac(struct nlmsghdr *message, const char *text);
void link_add_flags(struct rtnl *rtnl, uint32_t index, bool up);
void link_add_change(struct rtnl *rtnl, uint32_t index, const char *mac, uint32_t mtu);
void link_add_address(struct rtnl *rtnl, uint32_t index, const char *text, bool add);
void link_add_route(struct rtnl *rtnl, uint32_t index, const struct wire_route *route, bool add);
/* Adds a route of ours that claims the subnet of the address for the interface. The request fails
 * with -EEXIST if another interface has such a route. */
void link_add_claim(struct rtnl *rtnl, uint32_t index, const char *address);

/* Opens the net namespace of an end; own_fd is the net namespace of an end without a pin. Returns a
 * descriptor, which the caller closes, or -errno. */
int link_open_place(const struct host *host, const struct task_end *end, int own_fd);

/* Finds the interfaces of a link in the kernel. */

/* Finds the interface that is this end of the link, whatever its name is: by its alias, or by its
 * MAC if it has no alias. Returns 0, -ENODEV if there is none, or another -errno. */
int link_find(struct rtnl *rtnl, const char *id, const struct task_end *end, uint32_t *ret_index);
