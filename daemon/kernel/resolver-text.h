/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The contents of a set's own /etc/resolv.conf, /etc/hosts and /etc/nsswitch.conf. Pure functions
 * without allocation. Lines that do not fit are left out.
 */
#pragma once

#include "daemon/wire/task.h"

/* The first line of each file. A file with it on a tmpfs of root's is recognised as ours. */
#define RESOLVER_HEAD "# Written by nsctld for this set.\n"
/* Room for TASK_HOSTS_MAX lines with the longest address and name, for the lines that are always
 * there, and for those of the specification. */
#define RESOLVER_TEXT_MAX                                                             \
	((TASK_HOSTS_MAX + 6) * (ADDRESS_SIZE + NAME_SIZE + 2) + TASK_NETWORKS_SIZE + \
	 SPEC_HOSTS_MAX * (ADDRESS_SIZE + DOMAIN_SIZE))
/* With more members than this, sets share a file: see resolver_text_hosts(). */
#define RESOLVER_OWN_MAX 256

struct resolver_text {
	char bytes[RESOLVER_TEXT_MAX];
	size_t size;
	size_t head; /* hosts: size of the part before the first member's line; other files: 0 */
};

/* A change of a hosts file in place: lines are appended, and others are struck out. */
#define RESOLVER_STRIKES_MAX 64
#define RESOLVER_LINE_MAX (ADDRESS_SIZE + NAME_SIZE + 2)
struct resolver_edit {
	size_t kept; /* bytes of the new text that are in the file; the rest is appended */
	struct {
		size_t at, size; /* a line of the file, including its newline */
	} strikes[RESOLVER_STRIKES_MAX];
	size_t n_strikes;
};

void resolver_text_servers(const struct task_resolver *resolver, struct resolver_text *ret);
/*
 * Writes a hosts file with the members of networks. networks is text that keeps files apart that
 * sets must not share; NULL: none. name is the set's own host name; NULL: unknown.
 *
 * A name that no member has gets the loopback addresses. A name that a member has only with an IPv4
 * address also gets that address in IPv6 form, unless there are more than RESOLVER_OWN_MAX lines:
 * then sets may share the file. The specification's hosts (resolver->extra) come first.
 */
void resolver_text_hosts(const struct task_resolver *resolver, const char *networks,
			 const char *name, const struct task_host *hosts, size_t n,
			 struct resolver_text *ret);
/* Copies the old hosts file behind the specification's hosts, and adds localhost and the set's own
 * host name in each family in which they are missing. Returns false if the old file is all that is
 * needed, or is too long. */
bool resolver_text_own_hosts(const struct task_resolver *resolver, const char *old,
			     const char *name, struct resolver_text *ret);
/* Returns true if the host name can be written into a file. */
bool resolver_text_is_name(const char *name);
/*
 * Finds the changes after which the old file says the same as text, in the same order. Lines that
 * are struck out become comments. Returns false if a new file is needed: the old one begins
 * differently, or too much has changed.
 */
bool resolver_text_edit(const char *old, size_t size, const struct resolver_text *text,
			struct resolver_edit *ret);

/* Copies the old file, with our line for hosts instead of its own, so that no module of NSS asks
 * anything outside the set's network. */
void resolver_text_nsswitch(const char *old, struct resolver_text *ret);
