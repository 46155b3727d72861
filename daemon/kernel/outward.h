/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's interfaces that lead out: those of its routes to other machines, in any routing table.
 * A socket reports changes of the host's routes, and the interfaces are then read again; nothing
 * polls. All functions work in the host's net namespace, in which the keeper runs, too.
 */
#pragma once

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

/* Reads the interfaces that lead out, without ends of links. Returns 0 or -errno. */
int outward_read(struct outward *ret);
bool outward_has(const struct outward *outward, int family, const char *name);

/* Opens a non-blocking socket that becomes readable when routes or interfaces change. Returns a
 * descriptor, which the caller closes, or -errno. */
int outward_watch_open(void);

/* A subnet to which the host has a new route. */
struct outward_subnet {
	int family; /* AF_INET or AF_INET6 */
	uint8_t bytes[16];
	unsigned int prefix;
};
/* Reads all notifications. Returns true if the interfaces that lead out may have changed. Calls
 * back with each subnet to which the host has a new route. */
bool outward_watch_read(int fd,
			void (*callback)(const struct outward_subnet *subnet, void *context),
			void *context);
