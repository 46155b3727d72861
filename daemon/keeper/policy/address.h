/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses, formats and compares IP addresses with prefix lengths, MACs and interface names. Pure
 * functions. */
#ifndef NSCTL_KEEPER_ADDRESS_H
#define NSCTL_KEEPER_ADDRESS_H

#include "base.h"
#include "daemon/wire/link.h"

struct address {
	int family; /* AF_INET, AF_INET6; 0: none */
	uint8_t bytes[16];
	unsigned int prefix; /* bits */
};

/* Each of these parses text and returns NULL, or a static text that says what is wrong. */

/* An interface's address, such as 10.0.0.1/24: not multicast, loopback or unspecified, nor the
 * first or broadcast address of its subnet. */
const char *address_read_interface(const char *text, struct address *ret);
/* A subnet, such as 10.0.0.0/24: no bits set after the prefix, and room for at least two hosts. */
const char *address_read_subnet(const char *text, struct address *ret);
/* A subnet of any size, or a host's address, which counts as a subnet of one host. */
const char *address_read_any(const char *text, struct address *ret);
/* A destination of routes: a subnet of any size, also the whole family (0.0.0.0/0), or a host's
 * address. */
const char *address_read_route(const char *text, struct address *ret);
/* A host's address without a prefix, such as a gateway or a name server. */
const char *address_read_host(const char *text, struct address *ret);
/* A MAC: six bytes, not multicast, not zero. *ret is in lower case. */
const char *address_read_mac(const char *text, char ret[static MAC_SIZE]);
/* A name that the kernel accepts: 1 to 15 bytes, no '/', ':', white space or control character, not
 * "." or "..", and not "lo", which exists already. */
const char *address_check_interface(const char *name);

/* Formats the canonical text, with or without /prefix. */
void address_write(const struct address *address, bool with_prefix, char ret[static ADDRESS_SIZE]);

/* Returns true if both are the same address; prefixes are ignored. */
bool address_equals(const struct address *a, const struct address *b);
/* Returns true if the address is alone in its subnet: a /32 or a /128. */
bool address_is_alone(const struct address *address);
/* Returns true if the two subnets (also given by interfaces' addresses) have an address in
 * common. */
bool address_overlaps(const struct address *a, const struct address *b);
/* Finds address number n of the subnet (0: the subnet itself), with its prefix. Returns false if it
 * has not that many, or if n is the broadcast address. */
bool address_of_subnet(const struct address *subnet, uint32_t n, struct address *ret);

/* Finds the number of the address in the subnet. Returns false if it is not in the subnet, or if
 * the number is too large. */
bool address_number(const struct address *subnet, const struct address *address, uint32_t *ret);

/* Makes a locally administered MAC from the first 48 bits of an id, a different one for each
 * end. */
void address_make_mac(const char *id, int end, char ret[static MAC_SIZE]);

#endif
