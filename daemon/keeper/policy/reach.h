/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of egress. Such a list (struct wire_reach) says which destinations a set or a network may
 * reach: those that match an entry of allow and no entry of deny. The functions here check lists,
 * and replace the words "@dns" (name servers) and "@NAME" (a list of the configuration) by
 * entries. */
#pragma once

#include "daemon/keeper/policy/config.h"

/* Maximum bytes of the entries that a user gives for one list, allow and deny together. */
#define REACH_SIZE_MAX (32 * 1024)

/* Checks the entries of a list. prefix: text before "allow" and "deny" in errors, such as "spec.".
 * Sets *egress to true if reach->listed, because a list implies egress. Returns 0,
 * ERROR_INVALID_VALUE, or ERROR_SYSTEM if there is no memory. */
int reach_check(const struct config *config, const struct wire_reach *reach, bool *egress,
		const char *prefix, struct failure *failure);

/* Texts of lists in which the words have been replaced, one entry per line. Each call of
 * reach_resolve() appends one text. */
struct reach_lines {
	char *buffer; /* of the caller */
	size_t size, used;
	/* about the last call: */
	size_t n; /* lines */
	/* a "@NAME" that the configuration does not have; NULL: none is missing */
	const char *missing;
	bool named; /* there were names of hosts, which are left out */
	/* about all calls: lines are missing, because there were too many of them or of bytes */
	bool overflow;
};
/* The name servers that replace "@dns". */
struct reach_servers {
	const struct wire_address *own, *host; /* those of the set, and those of the host */
	size_t n_own, n_host;
};
/*
 * Appends the entries to lines, except names of hosts. "@NAME" is replaced by the entries of this
 * list of the configuration. If the configuration does not have the list, "@NAME" is left out, and
 * lines->missing points to it. "@dns" is replaced by the name servers of the set but, in a list of
 * the configuration, by those of the host: otherwise a user with the right to that list only could
 * reach any address by choosing it as a name server. Returns the appended text, in lines->buffer,
 * or NULL if it would be empty.
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
