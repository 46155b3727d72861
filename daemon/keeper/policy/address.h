/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IP addresses with prefix lengths, MACs and interface names: read, written, compared. Pure. */
#ifndef NSCTL_KEEPER_ADDRESS_H
#define NSCTL_KEEPER_ADDRESS_H

#include "base.h"
#include "daemon/wire/link.h"

struct address {
	int family; /* AF_INET, AF_INET6; 0: none */
	uint8_t bytes[16];
	unsigned int prefix; /* bits */
};

/* Each reads text and returns NULL, or what is wrong with it (static). */

/* An interface's own address, as 10.0.0.1/24: not multicast, loopback, unspecified, nor its
 * subnet's first or broadcast address. */
const char *address_read_interface(const char *text, struct address *ret);
/* A subnet, as 10.0.0.0/24: no bits behind its prefix, room for two hosts or more. */
const char *address_read_subnet(const char *text, struct address *ret);
/* A subnet of any size, or a host's address, which is one of a single host. */
const char *address_read_any(const char *text, struct address *ret);
/* A host's address without a prefix, as a gateway or a name server. */
const char *address_read_host(const char *text, struct address *ret);
/* Six bytes, not multicast, not zero. *ret is written in lower case. */
const char *address_read_mac(const char *text, char ret[static MAC_SIZE]);
/* What the kernel takes: 1 to 15 bytes, no '/', ':', white space or control character, not "." or
 * "..", nor "lo", which is there already. */
const char *address_check_interface(const char *name);

/* The canonical text, with /prefix or without. */
void address_write(const struct address *address, bool with_prefix, char ret[static ADDRESS_SIZE]);

/* Whether both are the same address, whatever their prefixes. */
bool address_equals(const struct address *a, const struct address *b);
/* Whether the two subnets (of interfaces' addresses too) have an address in common. */
bool address_overlaps(const struct address *a, const struct address *b);
/* The subnet's address number n (0: the subnet itself), with its prefix; false when there are not
 * that many, or it is the broadcast address. */
bool address_of_subnet(const struct address *subnet, uint32_t n, struct address *ret);

/* The reverse: which number the address has in the subnet; false when it lies elsewhere, or has a
 * greater one. */
bool address_number(const struct address *subnet, const struct address *address, uint32_t *ret);

/* A locally administered MAC out of the first 48 bits of an id; another one for each end. */
void address_make_mac(const char *id, int end, char ret[static MAC_SIZE]);

#endif
