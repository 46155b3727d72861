/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entries of a list of egress, including those of lists of the configuration that it names. */
#pragma once

#include "daemon/keeper/policy/config.h"

#define DNS_WORD "@dns"

/* Calls f() for each of the entries. A list of the configuration ("@NAME") is replaced by its
 * entries. of_list: the entry comes from such a list. Returns the last "@NAME" without a list in
 * the configuration, or NULL. */
const char *reach_each(const struct config *config, const struct wire_destination *entries,
		       size_t n, void (*f)(const char *text, bool of_list, void *context),
		       void *context);
