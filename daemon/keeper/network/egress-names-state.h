/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of hosts in a list, as the keeper keeps them. Only the files egress-*.c may use this
 * header. */
#pragma once

#include "daemon/keeper/network/egress-grants.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress-refused-names.h"
#include "daemon/keeper/policy/reach-names.h"
#include "daemon/wire/resolver.h"

/* The names of a set or network. */
struct egress_names {
	struct egress_names *next;
	struct keeper *keeper;
	struct set *set;
	uint64_t cookie, version; /* as in wire/resolver.h */
	struct reach_names *list;
	char addresses[2][ADDRESS_SIZE]; /* where its resolver answers; "": none */
	char interface[INTERFACE_SIZE];	 /* the way's end on the host, once addresses were let
					 * through */
	struct grants grants;
	struct refused_names refused;
	/* addresses that workers are adding to the firewall, and their pairs (see struct grants) */
	size_t n_admitting, pairs_admitting;
	bool open;    /* the resolver has its sockets */
	bool opening; /* a worker makes these sockets */
	/* Both are CLOCK_BOOTTIME in microseconds. lost: when the resolver ended, or 0 if it has
	 * not. resume: the time before which no sockets are made. */
	uint64_t lost, resume;
	uint64_t pause; /* the last pause after a failure */
	egress_names_opened *opened;
	void *context;
};

/* Lets the addresses of a list's names through: checks them, lets a worker add them to the
 * firewall, and answers the resolver. */

/* Handles a request of the resolver with this id. names: those of the set that the request is
 * about, or NULL if the user has no such set. room: the pairs (egress-grants.h) that the set may
 * still have. Returns 1 if egress_resolver_answered() will be called, 0, or -ENOMEM. */
int egress_admit(struct keeper *keeper, struct egress_names *names,
		 const struct wire_resolver_allow *allow, size_t room, uint32_t id,
		 uint32_t request);
/* Forgets these names in all requests that are in progress. Must be called before they are
 * freed. */
void egress_admit_forget(const struct egress_names *names);
/* Marks the addresses of the old list that workers are still adding, so that they are removed
 * again. Must be called when names get another list. */
void egress_admit_outdate(const struct egress_names *names);
/* Counts all addresses that workers have added, or are adding, as lost. Must be called when the
 * table was flushed. */
void egress_admit_flushed(void);

/* The sockets at which a resolver answers in a set: a worker makes them there. */

/* Is called once, later. The names or the set with this id may be gone by then. fds: UDP and TCP
 * for each address, or -1; they are closed afterwards. */
typedef void egress_sockets_made(void *context, uint64_t cookie, const char *id,
				 const int fds[2][2], const struct task_report *report);
/* Returns 0 or -errno. */
int egress_sockets_make(const struct egress_names *names, egress_sockets_made *made, void *context);

/* Messages to a resolver about a set: see wire/resolver.h. */

/* Sends the set, with its sockets: UDP and TCP for each address. Returns 0 or -errno. */
int egress_tell_add(const struct egress_names *names, const int fds[2][2]);
/* Sends the set's list. Returns 0 or -errno. */
int egress_tell_list(const struct egress_names *names);
/* Sends the set's name servers. */
void egress_tell_servers(const struct egress_names *names);

/*
 * Removes addresses of names from the firewall when their set, or its list, is gone. They would end
 * by themselves, but late, and a user who makes sets again and again must not collect them. Until
 * they are removed they count for the user.
 */

/* Removes the addresses of these names. */
void egress_withdraw(struct egress_names *names);
/* Removes addresses that were added after their names were gone. Takes grants. */
void egress_withdraw_late(struct keeper *keeper, uid_t uid, const char *interface,
			  const struct reach_names *list, struct grants *grants);
/* Returns the number of pairs of this user that are not removed yet. */
size_t egress_withdraw_pairs(uid_t uid);
/* Returns true while addresses are being removed at the interface. An address that is added there
 * now might be removed, too. */
bool egress_withdraw_busy(const char *interface);
void egress_withdraw_stop(void);
