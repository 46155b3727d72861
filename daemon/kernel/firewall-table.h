/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The firewall's table: the names of its sets and maps, and how it is made (firewall-rules.c). */
#pragma once

#include "daemon/kernel/firewall.h"
#include "daemon/kernel/nft.h"

/* Names of the table's sets and maps. */
#define LINKS "links"	    /* our interfaces: the host's ends of ways out */
#define OUTWARD "outward"   /* those of our interfaces that may reach the outside */
#define OPEN "open"	    /* the interfaces of OUTWARD that have no list */
#define LISTED "listed"	    /* the others of OUTWARD: each leads to its list's chain */
#define LEARNING "learning" /* those of LISTED whose list is learned now; they end by themselves */
#define SOURCES4 "sources4"
#define SOURCES6 "sources6"
#define GUARDED "guarded" /* interfaces of others whose forwarding we had to enable */
#define PORTS4 "ports4"	  /* published at every address of the host */
#define PORTS6 "ports6"
#define ADDRESSED4 "addressed4" /* published at one address */
#define ADDRESSED6 "addressed6"

/* The chain that informs a packet's sender and drops the packet. */
#define REFUSE "refuse"

struct subnet {
	uint8_t family; /* NFPROTO_* */
	uint8_t address[16], mask[16];
	uint32_t size; /* bytes */
};

/* Enters the host's net namespace, and opens a socket for transactions about the table. Returns 0,
 * or -errno and *fault. */
int firewall_open(const struct host *host, const struct task_firewall *firewall, struct nft *ret,
		  struct fault *fault);

/* Parses a subnet. The keeper has checked the text. */
struct subnet firewall_subnet(const char *text);

/* Adds requests that make the table's sets and maps. */
void firewall_add_sets(struct nft *nft);
/* Adds requests that make the table, with empty sets. exclusive: the requests fail with -EEXIST if
 * the table exists. */
void firewall_add_table(struct nft *nft, const struct task_firewall *firewall, bool exclusive);
/* Add to a rule: it matches packets to an address in the set of ranges, of the protocol, to a port
 * from first to last. */
void firewall_match_destination(struct nftnl_rule *rule, uint8_t family, uint32_t set);
void firewall_match_protocol(struct nftnl_rule *rule, uint8_t protocol);
void firewall_match_ports(struct nftnl_rule *rule, uint16_t first, uint16_t last);
/* Adds requests that make a table with one rule: packets that leave by the interface get the
 * interface's address. */
void firewall_add_inner(struct nft *nft, const char *interface);
