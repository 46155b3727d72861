/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Links in the kernel: veth pairs, and the bridges of networks, by rtnetlink. A link is made whole
 * or not at all. Removal deletes only interfaces of ours: their alias is LINK_TAG and the link's
 * id, or they have no alias yet, but our name and MAC. It can be run again from any point. A pair
 * is made by one message, with its peer already in the peer's net namespace, because moving an
 * interface takes 15–20 ms (docs/kernel.md, 6).
 *
 * The caller is a maker: it opens files as root and may administer every net namespace, although
 * its effective uid can be a user's. These functions change the net namespace of the process and do
 * not change it back.
 */
#pragma once

#include "daemon/kernel/link-message.h"

/*
 * Makes links[0] to links[n - 1], in order, each with its names, tags, MACs, MTU, addresses (usable
 * at once, without duplicate address detection), default route, bridge and impairment, and sets it
 * up. The links are usable then. own_fd is the net namespace of ends without a pin (-1: none).
 * Returns 0, or -errno and *fault; then the links already made have been deleted.
 */
int link_make_all(const struct host *host, const struct task_link *links, size_t n, int own_fd,
		  struct fault *fault);

/* Makes a bridge BRIDGE_NAME, with its addresses and up, in the current net namespace. */
int link_make_bridge(const struct host *host, const struct task_bridge *bridge,
		     struct fault *fault);

/*
 * Waits for the links of a net namespace that is being released. link_teardown_begin() is called
 * before the release. If the set keeps its ends, it disables the ports of bridges, and leaves them
 * to the kernel. It opens the net namespaces of all other ends (the host's, and pins other than
 * own_pin). link_teardown_wait() is called after the release, and returns when these ends are gone.
 * The kernel deletes them within milliseconds; those that outlive a short wait, because a process
 * holds the namespace, are deleted explicitly.
 */
struct link_teardown {
	size_t n;
	struct {
		const struct task_link *link;
		const struct task_end *end;
		int ns_fd;
	} far[TASK_LINKS_MAX];
};
void link_teardown_begin(const struct host *host, const struct task_remove *task,
			 const char *own_pin, struct link_teardown *ret);
int link_teardown_wait(const struct link_teardown *teardown, struct fault *fault);

/* Removes a link. link_teardown_*(), which link-remove.c also defines, are declared in link.h. */

/* Deletes a link, in whatever state it is. own_fd: net namespace of ends without a pin, or -1.
 * Returns 0 also if neither end exists. */
int link_remove(const struct host *host, const struct task_link *link, int own_fd,
		struct fault *fault);
