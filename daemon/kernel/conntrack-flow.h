/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flows in the kernel's connection tracking: how they are asked for, read and forgotten. */
#pragma once

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include "base.h"

#define TUPLE_SIZE 128

/* Bits for the parts of a tuple that the kernel compares in a filtered dump. They have names only
 * in the kernel's source (net/netfilter/nf_conntrack_netlink.c). */
#define COMPARE_SOURCE (1 << 0)
#define COMPARE_PROTOCOL (1 << 3)
#define COMPARE_DESTINATION_PORT (1 << 5)

struct conntrack_flow {
	uint8_t family;
	bool zoned;
	uint16_t zone; /* network byte order */
	size_t size;
	char tuple[TUPLE_SIZE] __attribute__((aligned(8)));
};

/* Returns the part of a nested attribute with this type, or NULL; nest may be NULL. */
const struct nlattr *conntrack_find(const struct nlattr *nest, uint16_t type);
/* Returns the bytes of a tuple's address, or NULL. */
const uint8_t *conntrack_address(const struct nlattr *tuple, uint8_t family, bool source);
/* Fills in the attributes of a message about a flow, by their types; NULL means that the message
 * lacks one. Returns the flow's family. */
uint8_t conntrack_attributes(const struct nlmsghdr *message,
			     const struct nlattr *ret[static CTA_MAX + 1]);
/* Fills in what conntrack_forget() needs. Returns false if the flow cannot be forgotten. */
bool conntrack_take(uint8_t family, const struct nlattr *const attributes[static CTA_MAX + 1],
		    struct conntrack_flow *ret);

/* The label of flows to addresses of names, as the kernel's bytes have it: the last of its 128
 * bits. Others, such as /etc/xtables/connlabel.conf, begin with the first one. */
#define CONNTRACK_OF_NAME   \
	{                   \
		[15] = 0x80 \
	}
/* Returns true if the flow has this label. */
bool conntrack_is_of_name(const struct nlattr *const attributes[static CTA_MAX + 1]);

/* Opens a socket in the current net namespace. Returns a descriptor or -1. */
int conntrack_open(void);
/* Begins a message about flows of this family. */
struct nlmsghdr *conntrack_begin(char *buffer, uint16_t type, uint16_t flags, uint8_t family);
/* Sends the message, and reads all answers. callback may not call this function. Returns 0 or
 * -errno. */
int conntrack_ask(int fd, const struct nlmsghdr *message, mnl_cb_t callback, void *context);
/* Forgets a flow, if it still exists. */
void conntrack_forget(int fd, const struct conntrack_flow *flow);
