/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parses, formats and compares IP addresses with prefix lengths, MAC addresses and interface names.
 * Pure functions. */
#pragma once

#include "daemon/wire/link.h"

struct address {
	int family; /* AF_INET, AF_INET6; 0: none */
	uint8_t bytes[16];
	unsigned int prefix; /* bits */
};

/* The functions below that return a text return NULL on success, or else a static text that says
 * what is wrong. */

/* Parses an interface's address, such as 10.0.0.1/24. Rejects multicast, loopback and unspecified
 * addresses, and the first and the broadcast address of the subnet. */
const char *address_read_interface(const char *text, struct address *ret);
/* Parses a subnet, such as 10.0.0.0/24. Rejects bits that are set after the prefix, and a subnet
 * without room for two hosts. */
const char *address_read_subnet(const char *text, struct address *ret);
/* Parses a subnet with a prefix of at least 8 bits, or a host's address, which counts as a subnet
 * of one host. */
const char *address_read_any(const char *text, struct address *ret);
/* Parses a destination of routes: a subnet, 0.0.0.0/0 or ::/0, or a host's address. */
const char *address_read_route(const char *text, struct address *ret);
/* Parses the address of a host, such as a gateway or a name server, without a prefix length.
 * Rejects multicast, loopback and unspecified addresses. */
const char *address_read_host(const char *text, struct address *ret);
/* Parses an address to listen at: that of a host, a loopback address or the unspecified address.
 * Rejects link-local addresses of IPv6. */
const char *address_read_listener(const char *text, struct address *ret);
bool address_is_unspecified(const struct address *address);
bool address_is_loopback(const struct address *address);
/* Returns true for a link-local address of IPv6. */
bool address_is_link_local(const struct address *address);
/* Parses the MAC address of an interface: not multicast, not zero. *ret is in lower case. */
const char *address_read_mac(const char *text, char ret[static MAC_SIZE]);
/* Checks a name for a new interface: 1 to 15 bytes of printable ASCII without '/', ':', '%' and
 * space. Refuses ".", "..", "lo", "all" and "default". */
const char *address_check_interface(const char *name);

/* Writes the canonical text of the address, with or without /prefix. */
void address_write(const struct address *address, bool with_prefix, char ret[static ADDRESS_SIZE]);

/* Returns true if both have the same address, whatever their prefixes. */
bool address_equals(const struct address *a, const struct address *b);
/* Returns true if the address is the only one in its subnet: a /32 or a /128. */
bool address_is_alone(const struct address *address);
/* Returns true if the two subnets have an address in common. Ignores bits after the prefix, so the
 * address of an interface may be given for its subnet. */
bool address_overlaps(const struct address *a, const struct address *b);
/*
 * Finds address number n of the subnet (number 0 is the subnet's own address). *ret has the
 * subnet's prefix. Returns false if the subnet is too small, or if the address is the broadcast
 * address.
 */
bool address_of_subnet(const struct address *subnet, uint32_t n, struct address *ret);

/* Finds the number of the address in the subnet, as address_of_subnet() counts. Returns false if
 * the subnet does not contain the address, or if the number does not fit. */
bool address_number(const struct address *subnet, const struct address *address, uint32_t *ret);

/* Makes a locally administered MAC address from the first 12 hexadecimal digits of an id. end is 0
 * or 1: the two ends of a link get different addresses. */
void address_make_mac(const char *id, int end, char ret[static MAC_SIZE]);
