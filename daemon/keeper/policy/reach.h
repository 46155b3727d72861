/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of egress (struct wire_reach): whether they make sense, whether the caller may have them,
 * and what their words mean. */
#pragma once

#include "daemon/keeper/policy/config.h"

/* Bytes of a user's entries for one set. */
#define REACH_SIZE_MAX (32 * 1024)

/* Checks the entries of a list. prefix: the path of the fields allow and deny, for errors. Sets
 * *egress if there is a list, which implies egress. Returns 0 or ERROR_INVALID_VALUE. */
int reach_check(const struct config *config, const struct wire_reach *reach, bool *egress,
		const char *prefix, struct failure *failure);

/* Lines of entries, one after the other, in memory of the caller's. */
struct reach_lines {
	char *buffer;
	size_t size, used;
	size_t n;	     /* lines of the present list */
	const char *missing; /* "@NAME": the configuration does not have this list any more */
	bool named;	     /* the list has names of hosts, which are left out */
	bool overflow;	     /* there was no room: the lines are not complete */
};
/* Name servers: those of the set, and those of the host. */
struct reach_servers {
	const struct wire_address *own, *host; /* the set's, the host's */
	size_t n_own, n_host;
};
/*
 * Adds the entries as lines, without words and without names of hosts. A list of the configuration
 * is replaced by its entries; if the configuration no longer has it, it is left out, and becomes
 * lines->missing. "@dns" is replaced by the set's servers or, in a list of the configuration, by
 * the host's: otherwise a user who may have that list alone could choose servers, and reach them.
 * Returns the lines, or NULL if there are none.
 */
const char *reach_resolve(const struct config *config, const struct wire_destination *entries,
			  size_t n, const struct reach_servers *servers, struct reach_lines *lines);
/* Returns true if the list has "@dns", itself or in a list of the configuration. */
bool reach_has_dns(const struct config *config, const struct wire_reach *reach);

/* Returns a list of the configuration that is empty, or that no set could have, for instance
 * because it has too many services. *ret_wrong has the key, and the reason. Returns NULL if there
 * is none. */
const struct config_list *reach_find_wrong_list(const struct config *config,
						struct failure *ret_wrong);
