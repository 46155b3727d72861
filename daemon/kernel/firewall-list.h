/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists: the destinations to which a way out leads. A way with a list has two chains of its own in
 * the table:
 *
 *	list-INTERFACE		packets to what is denied go to the next chain, those to what is
 *				allowed pass, all others go to the next chain; with names, the chain
 *				"named" may let them pass before
 *	refused-INTERFACE	counts the packet, and refuses it (firewall-refused.h)
 *
 * The map of listed interfaces leads to the first one. Without its element no packet passes.
 */
#pragma once

#include "daemon/kernel/nft.h"
#include "daemon/wire/task.h"

/* Add requests that make the link's list, or remove it. */
void firewall_list_add(struct nft *nft, const struct task_link *link);
void firewall_list_remove(struct nft *nft, const struct task_link *link);
/* Adds requests that replace the entries of the list. The counters of refused packets stay. */
void firewall_list_change(struct nft *nft, const struct task_link *link);
