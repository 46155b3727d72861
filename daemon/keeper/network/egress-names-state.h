/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a list with names of hosts. Only the files egress-*.c may use this header. */
#pragma once

#include "daemon/keeper/network/egress-grants.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress-refused-names.h"
#include "daemon/keeper/policy/reach-names.h"
#include "daemon/wire/resolver.h"

/* The names in the list of a set or network. */
struct egress_names {
	struct egress_names *next;
	struct keeper *keeper;
	struct set *set;
	uint64_t cookie, version; /* as in wire/resolver.h */
	struct reach_names *list;
	char addresses[2][ADDRESS_SIZE]; /* addresses at which its resolver answers; "": none */
	/* the way out's interface on the host; "" until addresses were let through */
	char interface[INTERFACE_SIZE];
	struct grants grants;
	struct refused_names refused;
	/* addresses that workers are adding to the firewall, and their pairs (egress-grants.h) */
	size_t n_admitting, pairs_admitting;
	bool open;    /* the resolver has its sockets */
	bool opening; /* a worker makes these sockets */
	/* Both are CLOCK_BOOTTIME in microseconds. lost: when the resolver ended, or 0 if it has
	 * not. resume: the time before which no sockets are made. */
	uint64_t lost, resume;
	uint64_t pause; /* the last pause after a failure, in microseconds */
	/* callback of the caller of egress_names_open() that waits, or NULL */
	egress_names_opened *opened;
	void *context;
};

/* --- letting addresses through: egress-admit.c --- */

/*
 * Checks the addresses in a request of the resolver with this id, lets a worker add them to the
 * firewall, and answers the resolver. names: those of the set that the request is about, or NULL if
 * the user has no such set. room: the pairs (egress-grants.h) that the set may still have. Returns
 * 1 if egress_resolver_answered() will be called later, 0 if the request is answered, or -ENOMEM.
 */
int egress_admit(struct keeper *keeper, struct egress_names *names,
		 const struct wire_resolver_allow *allow, size_t room, uint32_t id,
		 uint32_t request);
/* Forgets these names in all requests in progress. Must be called before the names are freed. */
void egress_admit_forget(const struct egress_names *names);
/* Notes that workers are still adding addresses of the old list, so that these are removed
 * afterwards. Must be called when `names` gets another list. */
void egress_admit_outdate(const struct egress_names *names);
/* Notes that all addresses that workers are adding may be lost. Must be called when the firewall's
 * table was or will be flushed. */
void egress_admit_flushed(void);

/* --- the resolver's sockets in a set: egress-sockets.c --- */

/* Called with the sockets that a worker has made. fds: UDP and TCP for each address, or -1; they
 * are closed afterwards. id: the set's id. cookie: that of the set's names. The set and its names
 * may be gone. */
typedef void egress_sockets_made(void *context, uint64_t cookie, const char *id,
				 const int fds[2][2], const struct task_report *report);
/* Lets a worker make the sockets, then calls made() once. Returns 0, or -errno if made() will not
 * be called. */
int egress_sockets_make(const struct egress_names *names, egress_sockets_made *made, void *context);

/* --- messages to a resolver about a set (wire/resolver.h): egress-tell.c --- */

/* Tells the resolver of the set, with its sockets: UDP and TCP for each address. Returns 0 or
 * -errno. */
int egress_tell_add(const struct egress_names *names, const int fds[2][2]);
/* Sends the set's list. Returns 0 or -errno. */
int egress_tell_list(const struct egress_names *names);
/* Sends the set's name servers. */
void egress_tell_servers(const struct egress_names *names);

/*
 * --- removing addresses: egress-withdraw.c ---
 *
 * Addresses of names are removed from the firewall when their set, or its list, is gone. The
 * firewall would remove them by itself, but late, and a user who makes sets again and again must
 * not collect them. Until they are removed, they count for the user.
 */

/* Removes the addresses of these names from the firewall. */
void egress_withdraw(struct egress_names *names);
/* Removes addresses that were added after their names were gone. Takes over the memory of *grants,
 * which is empty then. */
void egress_withdraw_late(struct keeper *keeper, uid_t uid, const char *interface,
			  const struct reach_names *list, struct grants *grants);
/* Returns the number of pairs (egress-grants.h) of this user that are still to be removed. */
size_t egress_withdraw_pairs(uid_t uid);
/* Returns true while addresses are being removed at the interface. An address that is added now
 * could be removed, too. */
bool egress_withdraw_busy(const char *interface);
void egress_withdraw_stop(void);
