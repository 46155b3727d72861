/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What firewall.c (elements) and firewall-rules.c (the table) share. */
#ifndef NSCTL_KERNEL_FIREWALL_PART_H
#define NSCTL_KERNEL_FIREWALL_PART_H

#include "daemon/kernel/firewall.h"
#include "daemon/kernel/nft.h"

/* Sets and maps of the table. */
#define LINKS "links"	  /* interfaces of ours */
#define OUTWARD "outward" /* those that may reach the outside */
#define SOURCES4 "sources4"
#define SOURCES6 "sources6"
#define GUARDED "guarded" /* others', which we had to let forward */
#define PORTS4 "ports4"	  /* at every address of the host */
#define PORTS6 "ports6"
#define ADDRESSED4 "addressed4" /* at one */
#define ADDRESSED6 "addressed6"

struct subnet {
	uint8_t family; /* NFPROTO_* */
	uint8_t address[16], mask[16];
	uint32_t size; /* bytes */
};

/* The keeper has checked the text. */
struct subnet firewall_subnet(const char *text);

/* Requests that make the table, its sets empty. exclusive: -EEXIST when it is there. */
void firewall_add_table(struct nft *nft, const struct task_firewall *firewall, bool exclusive);
/* Requests that make a table of one rule: what leaves by the interface gets its address. */
void firewall_add_inner(struct nft *nft, const char *interface);

#endif
