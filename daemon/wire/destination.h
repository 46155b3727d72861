/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Destinations: the entries of a list of what a set with egress may reach. The keeper checks them
 * and resolves the words that begin with '@'; the worker that makes the firewall's rules reads the
 * rest.
 *
 *	ADDRESS[/PREFIX][:PORT[-PORT]][/tcp|/udp]	with ports, IPv6 is written [ADDRESS/PREFIX]
 *	NAME[:PORT][/tcp|/udp]				a host; *.NAME: every name below NAME
 *	@dns						the set's name servers
 *	@NAME						an administrator's list
 */
#pragma once

#include "base.h"

#define DESTINATION_SIZE 272	   /* the text of an entry */
#define DESTINATION_NAME_SIZE 254  /* of a host */
#define DESTINATION_LIST_SIZE 32   /* the name of a list */
#define DESTINATION_TEXTS_MAX 1024 /* entries that a user gives a set, to allow or to deny */
/* Entries of one side of a list once the words are resolved, and the bytes of their texts. */
#define DESTINATION_ENTRIES_MAX 4096
#define DESTINATION_LINES_SIZE (48 * 1024)

enum destination_kind { DESTINATION_SUBNET, DESTINATION_NAME, DESTINATION_DNS, DESTINATION_LIST };

/* The ports that an entry is about. */
struct destination_service {
	uint8_t protocol;     /* IPPROTO_TCP, IPPROTO_UDP; 0: any, or with ports both */
	bool has_ports;	      /* false: all packets of the protocol */
	uint16_t first, last; /* ports */
};

struct destination {
	enum destination_kind kind;
	int family;		     /* AF_INET or AF_INET6 */
	uint8_t first[16], last[16]; /* of the subnet */
	struct destination_service service;
	char list[DESTINATION_LIST_SIZE];
	char name[DESTINATION_NAME_SIZE]; /* in lower case, without a final dot */
};

/* Parses an entry. Returns NULL, or a static text that says what is wrong. */
const char *destination_read(const char *text, struct destination *ret);
/* Returns true if the entry, which destination_read() accepts, is the name of a host. */
bool destination_is_name(const char *text);
/* Returns true if the text can be the name of a list. */
bool destination_list_is_valid(const char *name);
/* Returns the bytes of an address of the family. */
static inline size_t destination_size(int family)
{
	return family == AF_INET ? 4 : 16;
}
bool destination_same_service(const struct destination_service *a,
			      const struct destination_service *b);
/* Returns true if both are of one family and service, so that the firewall has one rule for the
 * addresses of both. */
bool destination_shares_rule(const struct destination *a, const struct destination *b);
/* Returns true if both entries are the same subnet and service, however they are written. */
bool destination_is_same(const struct destination *a, const struct destination *b);
/* Returns true if the entry is about packets of this protocol to this address and port. The address
 * has the entry's family. Returns false for entries that begin with '@'. */
bool destination_matches(const struct destination *entry, int family, const uint8_t *address,
			 uint8_t protocol, uint16_t port);
/* Parses lines of text (NULL: none). Leaves out lines that are no subnet. Returns the number of
 * entries, at most max. */
size_t destination_read_lines(const char *lines, struct destination *ret, size_t max);
