/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of egress (struct wire_reach): checks them, and replaces the words "@dns" and "@NAME"
 * (which is a list of the configuration) by entries. */
#pragma once

#include "daemon/keeper/policy/config.h"

/* Maximum bytes of the entries of a list, of both sides, as a user gives them. */
#define REACH_SIZE_MAX (32 * 1024)

/* Checks the entries of a list. prefix: text before "allow" and "deny" in errors, such as "spec.".
 * Sets *egress to true if reach->listed, because a list implies egress. Returns 0,
 * ERROR_INVALID_VALUE, or ERROR_SYSTEM if there is no memory. */
int reach_check(const struct config *config, const struct wire_reach *reach, bool *egress,
		const char *prefix, struct failure *failure);

/* Lines of entries, in a buffer of the caller. */
struct reach_lines {
	char *buffer;
	size_t size, used;
	size_t n; /* lines of the list that was resolved last */
	/* "@NAME": the configuration does not have this list; NULL: none is missing */
	const char *missing;
	bool named;    /* the list has names of hosts, which are left out */
	bool overflow; /* a list did not fit: the lines are not complete */
};
/* The name servers that replace "@dns". */
struct reach_servers {
	const struct wire_address *own, *host; /* those of the set, and those of the host */
	size_t n_own, n_host;
};
/*
 * Appends the entries to lines, without names of hosts. A list of the configuration ("@NAME") is
 * replaced by its entries. If the configuration does not have the list, the word is left out, and
 * lines->missing names it. "@dns" is replaced by the set's servers or, in a list of the
 * configuration, by the host's: otherwise a user with the right to that list only could reach any
 * address by choosing it as a name server. Returns the lines, each with a newline, in
 * lines->buffer, or NULL if there are none.
 */
const char *reach_resolve(const struct config *config, const struct wire_destination *entries,
			  size_t n, const struct reach_servers *servers, struct reach_lines *lines);
/* Returns true if the list has "@dns", itself or in a list of the configuration. */
bool reach_has_dns(const struct config *config, const struct wire_reach *reach);

/* Returns the first list of the configuration that no set could have, for instance because the list
 * is empty or has too many different protocols and ports. *ret_wrong then has the key and the
 * reason. Returns NULL if all lists are right. */
const struct config_list *reach_find_wrong_list(const struct config *config,
						struct failure *ret_wrong);
