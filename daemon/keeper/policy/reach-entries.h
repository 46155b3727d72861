/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of a list of egress (struct wire_reach: what a set or network may reach), including
 * those of the lists of the configuration that it names. */
#pragma once

#include "daemon/keeper/policy/config.h"

#define DNS_WORD "@dns" /* stands for name servers */

/* Calls f() for each of the entries. For "@NAME", it calls f() for each entry of this list of the
 * configuration instead, with of_list true. "@dns" is an entry like others. Returns the last
 * "@NAME" that the configuration does not have, or NULL. */
const char *reach_each(const struct config *config, const struct wire_destination *entries,
		       size_t n, void (*f)(const char *text, bool of_list, void *context),
		       void *context);
