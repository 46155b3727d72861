/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The firewall's table: the names of its sets and maps, and how it is made (firewall-rules.c). */
#pragma once

#include <net/if.h>
#include "daemon/kernel/firewall.h"

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

/* Offsets in headers. */
#define IPV4_SOURCE 12
#define IPV4_DESTINATION 16
#define IPV6_SOURCE 8
#define IPV6_DESTINATION 24
#define PORT_DESTINATION 2

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
/* Add to a rule: the packet's destination or its port, in a register. */
void firewall_load_destination(struct nftnl_rule *rule, bool six, uint32_t reg);
void firewall_load_port(struct nftnl_rule *rule, uint32_t reg);
/* Add to a rule: it matches packets of the family (NFPROTO_IPV4 or _IPV6), to an address in the set
 * of ranges, of the protocol, to a port from first to last. */
void firewall_match_family(struct nftnl_rule *rule, uint8_t family);
void firewall_match_destination(struct nftnl_rule *rule, uint8_t family, uint32_t set);
void firewall_match_protocol(struct nftnl_rule *rule, uint8_t protocol);
void firewall_match_ports(struct nftnl_rule *rule, uint16_t first, uint16_t last);
/* Adds requests that make a table with one rule: packets that leave by the interface get the
 * interface's address. */
void firewall_add_inner(struct nft *nft, const char *interface);

/*
 * What lists refuse. A way with a list has a chain and sets of its own in the table:
 *
 *	refused-INTERFACE	counts the packet, by destination and with all others, and refuses
 *				it
 *	denied4-INTERFACE	has an element for each IPv4 destination
 *	denied6-INTERFACE	the same for IPv6
 *
 * So no user can fill the sets of another. An element ends an hour after its last packet; while a
 * set is full, packets to further destinations are counted only with all others.
 */

#define REFUSED_CHAIN_SIZE (IFNAMSIZ + sizeof("refused-"))
/* Writes the name of the chain for the way with this interface. */
void firewall_refused_chain(const char *interface, char ret[static REFUSED_CHAIN_SIZE]);
/* Add requests that make the chain and the set, or remove them. */
void firewall_refused_add(struct nft *nft, const char *interface);
void firewall_refused_remove(struct nft *nft, const char *interface);

/* Makes the chains of these links, which were just made, tell the keeper when they refuse
 * something: by a message with the link's id to the firewall's log_group, at most one a second for
 * each. */
void firewall_refused_tell(struct nft *nft, const struct task_firewall *firewall,
			   const struct task_link *links, size_t n);

/* Makes two sets for counting packets by destination, unless they exist. Their names begin with
 * this word of up to 7 characters. */
void firewall_count_sets(struct nft *nft, const char *word, const char *interface);
/* Makes the sets, and adds rules to the chain that count packets there. accept: what was counted is
 * accepted; else, and if a set is full, the chain's next rule follows. */
void firewall_count_each(struct nft *nft, const char *chain, const char *word,
			 const char *interface, bool accept);
/* Removes the sets, whose rules are gone. */
void firewall_count_remove(struct nft *nft, const char *word, const char *interface);
/* Sends a REPORT_REFUSED of the sets' elements, unless they cannot be read. Returns true if a set
 * is full. */
bool firewall_count_report(const struct host *host, struct nft *nft, const char *word,
			   const char *interface);

/* Sends a REPORT_REFUSED about the way with this interface, and fills in how many packets were
 * refused in all. What cannot be read is left out. */
void firewall_refused_report(const struct host *host, struct nft *nft, const char *interface,
			     struct task_report *report);

/*
 * Lists: the destinations to which a way out leads. A way with a list has two chains of its own in
 * the table:
 *
 *	list-INTERFACE		packets to what is denied go to the next chain, those to what is
 *				allowed pass, all others go to the next chain; with names, the chain
 *				"named" may let them pass before
 *	refused-INTERFACE	counts the packet, and refuses it (see above)
 *
 * The map of listed interfaces leads to the first one. Without its element no packet passes.
 */

/* Add requests that make the link's list, or remove it. */
void firewall_list_add(struct nft *nft, const struct task_link *link);
void firewall_list_remove(struct nft *nft, const struct task_link *link);

/*
 * Addresses of names that lists have. They are elements of sets of the table, with a time-out and
 * the interface of the way that may reach them. A list with names sends what its addresses do not
 * match to the chain NAMED, which asks these sets. An established connection passes before, by
 * connection tracking, so it goes on when its address has ended. Its flow has a label, by which it
 * is known when the list changes.
 */

/* The chain: accepts packets to such an address, and returns for all others. */
#define NAMED "named"

/* Adds requests that make the sets and the chain, in a new table. */
void firewall_add_named(struct nft *nft);

/* Adds requests that let packets to this address pass which are of this service and come from the
 * interface. */
void firewall_admit(struct nft *nft, const char *interface, const struct task_admitted *admitted,
		    const struct task_service *service);

/*
 * Learning what a list lacks. While a list is learned, its chain has rules at its end that count by
 * destination the packets which it would refuse, and accept them. The sets learned4-INTERFACE and
 * learned6-INTERFACE are like denied4-INTERFACE.
 *
 * These rules hold only for interfaces in the set LEARNING, whose elements end by themselves. So
 * the list is closed soon, even if nobody is left to close it. It is closed at once when the table
 * is made anew, because its element does not come back with the table.
 */

#define FIREWALL_LEARNED "learned" /* begins the names of the sets */

/* Adds these rules to the list's chain, as its last ones, and the sets, unless they exist. refused:
 * the chain for packets from other interfaces. */
void firewall_learned_add(struct nft *nft, const char *list, const char *interface,
			  const char *refused);
/* Adds requests that remove the sets, after their rules. It is no error if there are none. */
void firewall_learned_remove(struct nft *nft, const char *interface);
/* Lets packets pass by these rules for this long from now on; 0: not any more. */
void firewall_learned_for(struct nft *nft, const char *interface, uint64_t milliseconds);
