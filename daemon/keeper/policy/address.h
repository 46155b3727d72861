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

/* The functions below that return a const char * return NULL on success, or else a static text that
 * says what is wrong. */

/* Parses an interface's address with a prefix of at least 8 bits, such as 10.0.0.1/24. Rejects
 * multicast, loopback, reserved and unspecified addresses. In a subnet of more than two addresses,
 * also rejects the first one and, with IPv4, the broadcast address. Returns NULL, or what is
 * wrong. */
const char *address_read_interface(const char *text, struct address *ret);
/* Parses a subnet with a prefix of at least 8 bits, such as 10.0.0.0/24. Rejects bits that are set
 * after the prefix, a subnet without room for two hosts, and one that begins with a multicast,
 * loopback, reserved or unspecified address. Returns NULL, or what is wrong. */
const char *address_read_subnet(const char *text, struct address *ret);
/* Parses a subnet of any addresses with a prefix of at least 8 bits, or a single address. Rejects
 * bits that are set after the prefix. Returns NULL, or what is wrong. */
const char *address_read_any(const char *text, struct address *ret);
/* Parses a subnet of any addresses with any prefix, such as ::/0, or a single address. Rejects bits
 * that are set after the prefix. Returns NULL, or what is wrong. */
const char *address_read_route(const char *text, struct address *ret);
/* Parses the address of a host, such as a gateway or a name server, without a prefix length.
 * Rejects multicast, loopback, reserved and unspecified addresses. Returns NULL, or what is
 * wrong. */
const char *address_read_host(const char *text, struct address *ret);
/* Parses an address to listen at: that of a host, a loopback address or the unspecified address.
 * Rejects link-local addresses of IPv6, and ::ffff:0:0/96. Returns NULL, or what is wrong. */
const char *address_read_listener(const char *text, struct address *ret);
bool address_is_unspecified(const struct address *address);
bool address_is_loopback(const struct address *address);
/* Returns true for a link-local address of IPv6. */
bool address_is_link_local(const struct address *address);
/* Parses the MAC address of an interface: not multicast, not zero. *ret is in lower case. Returns
 * NULL, or what is wrong. */
const char *address_read_mac(const char *text, char ret[static MAC_SIZE]);
/* Checks a name for a new interface: 1 to 15 bytes of printable ASCII without '/', ':', '%' and
 * space. Refuses ".", "..", "lo", "all" and "default". Returns NULL, or what is wrong. */
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
 * Finds address number n of the subnet (number 0 is the subnet's first address). No bit after the
 * subnet's prefix may be set. *ret has the subnet's prefix. Returns false if the subnet is too
 * small or, with IPv4, if the address is the subnet's last one (broadcast).
 */
bool address_of_subnet(const struct address *subnet, uint32_t n, struct address *ret);

/* Finds the number n with which address_of_subnet() finds this address. Returns false if there is
 * no such number. */
bool address_number(const struct address *subnet, const struct address *address, uint32_t *ret);

/* Makes a locally administered MAC address from the first 12 hexadecimal digits of an id. end is 0
 * or 1: the two ends of a link get different addresses. */
void address_make_mac(const char *id, int end, char ret[static MAC_SIZE]);
