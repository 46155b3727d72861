/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's interfaces that lead somewhere: those of its routes to other machines, in any table.
 * They are read anew when the host's routes change, which a socket tells; nothing polls. All
 * functions work in the host's net namespace, where the keeper is, too.
 */
#ifndef NSCTL_KERNEL_OUTWARD_H
#define NSCTL_KERNEL_OUTWARD_H

#include <linux/rtnetlink.h>
#include <net/if.h>
#include "base.h"

#define OUTWARD_MAX 512

struct outward {
	size_t n;
	struct {
		int family; /* 4 or 6 */
		uint32_t index;
		char name[IFNAMSIZ];
	} interfaces[OUTWARD_MAX];
};

/* Reads them. Ends of links are not among them. Returns 0 or -errno. */
int outward_read(struct outward *ret);
bool outward_has(const struct outward *outward, int family, const char *name);

/* Opens a non-blocking socket that is told of changes. Returns a descriptor, which the caller
 * closes, or -errno. */
int outward_watch_open(void);

/* A subnet that the host reaches now. */
struct outward_subnet {
	int family; /* AF_INET or AF_INET6 */
	uint8_t bytes[16];
	unsigned int prefix;
};
/* Reads all events. Returns true if what leads somewhere may have changed; calls back with each
 * subnet that the host has a new route to. */
bool outward_watch_read(int fd,
			void (*callback)(const struct outward_subnet *subnet, void *context),
			void *context);

#endif
