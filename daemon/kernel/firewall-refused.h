/* SPDX-License-Identifier: LGPL-2.1-or-later */
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
#pragma once

#include <net/if.h>
#include "daemon/kernel/host.h"
#include "daemon/kernel/nft.h"
#include "daemon/wire/report.h"
#include "daemon/wire/task.h"

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
