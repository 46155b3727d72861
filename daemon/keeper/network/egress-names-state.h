/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a list of egress that has names of hosts (egress-names.h). Only the files egress-*.c
 * may use this header. */
#pragma once

#include "daemon/keeper/network/egress-grants.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress-refused-names.h"
#include "daemon/keeper/policy/reach-names.h"
#include "daemon/wire/resolver.h"

/* The names in the list of a set or network, the addresses that they let through, and the state of
 * the resolver's sockets for the set. */
struct egress_names {
	struct egress_names *next;
	struct keeper *keeper;
	struct set *set;
	uint64_t cookie, version; /* of this struct, and of list: see wire/resolver.h */
	struct reach_names *list;
	char addresses[2][ADDRESS_SIZE]; /* addresses at which the resolver answers; "": none */
	/* the interface of the way out (egress.h) on the host; "" until addresses are first sent to
	 * a worker */
	char interface[INTERFACE_SIZE];
	struct grants grants;
	struct refused_names refused;
	/* the number of addresses that workers are adding to the firewall now, and the number of
	 * pairs (egress-grants.h) of these addresses */
	size_t n_admitting, pairs_admitting;
	bool open;    /* the resolver has its sockets */
	bool opening; /* a worker makes these sockets */
	/* CLOCK_BOOTTIME in microseconds. lost: when a resolver of the user last ended; 0: none has
	 * since this struct was made. resume: on_pump() makes no sockets before this time. */
	uint64_t lost, resume;
	uint64_t pause; /* length of the last pause after a failure, in microseconds; 0: none */
	/* callback and context of the caller of egress_names_open() that still waits; opened is
	 * NULL if none does */
	egress_names_opened *opened;
	void *context;
};

/* --- letting addresses through: egress-admit.c --- */

/*
 * Handles a request of a resolver to let addresses through: checks the addresses, lets a worker add
 * them to the firewall, and sends the answer. names: those of the set that the request is about;
 * NULL: the user has no such set. room: the number of further pairs (egress-grants.h) that the set
 * may have. id, request: the numbers of the resolver and of its request, as in
 * egress_resolver_answer().
 *
 * Returns 0 if the answer was sent. Returns 1 if the answer and a call of
 * egress_resolver_answered() will follow when the worker has ended. Returns -ENOMEM if there will
 * be no answer.
 */
int egress_admit(struct keeper *keeper, struct egress_names *names,
		 const struct wire_resolver_allow *allow, size_t room, uint32_t id,
		 uint32_t request);
/* Must be called before the names are freed. Requests in progress then do not use them any more. If
 * a worker is still adding addresses for such a request, these are removed afterwards. */
void egress_admit_forget(const struct egress_names *names);
/* Must be called when `names` gets another list. If workers are still adding addresses for requests
 * about these names, they are of the old list, and are removed again afterwards. */
void egress_admit_outdate(const struct egress_names *names);
/* Is called by egress_names_flushed(), when the firewall's table was made anew. It may lack the
 * addresses that workers are adding now, so these are added again. */
void egress_admit_flushed(void);

/* --- the resolver's sockets in a set: egress-sockets.c --- */

/* Callback of egress_sockets_make(). Is called when the worker that makes the sockets has ended.
 * id: the set's id. cookie: the cookie of the set's names (struct egress_names). The set and its
 * names may be gone. fds[i]: the UDP and the TCP socket at names->addresses[i], or -1; they are
 * closed after the call. report: says in step and error if the worker has failed. */
typedef void egress_sockets_made(void *context, uint64_t cookie, const char *id,
				 const int fds[2][2], const struct task_report *report);
/* Lets a worker make the sockets in the net namespace of the set or network, and then calls made()
 * once. Returns 0, or -errno if made() will not be called. */
int egress_sockets_make(const struct egress_names *names, egress_sockets_made *made, void *context);

/* --- messages to a resolver about a set (wire/resolver.h): egress-tell.c --- */

/* Tells the resolver that it now answers the set, and sends it the set's list, name servers and
 * sockets. fds[i]: the UDP and the TCP socket at names->addresses[i], or -1. Returns 0 or
 * -errno. */
int egress_tell_add(const struct egress_names *names, const int fds[2][2]);
/* Sends the set's present list to the resolver. Returns 0 or -errno. */
int egress_tell_list(const struct egress_names *names);
/* Sends the set's present name servers to the resolver. */
void egress_tell_servers(const struct egress_names *names);

/*
 * --- removing addresses: egress-withdraw.c ---
 *
 * Addresses of names are removed from the firewall when the list of names is replaced or gone. The
 * firewall would remove them by itself, but only at the end of their time. Until then, a user who
 * makes sets again and again could fill the firewall with them. So addresses that are still to be
 * removed count against the user's limit: see egress_withdraw_pairs().
 */

/* Lets workers remove all addresses in names->grants from the firewall, and empties
 * names->grants. */
void egress_withdraw(struct egress_names *names);
/* Lets workers remove the addresses of *grants from the firewall, and empties *grants. Is called by
 * egress_withdraw(), and for addresses that a worker has added after their names were freed.
 * interface: the way out's end on the host. list: the list in whose table the services of the
 * grants are. Without memory, the addresses stay until the end of their time. */
void egress_withdraw_late(struct keeper *keeper, uid_t uid, const char *interface,
			  const struct reach_names *list, struct grants *grants);
/* Returns the number of pairs (egress-grants.h) of this user that are still to be removed. */
size_t egress_withdraw_pairs(uid_t uid);
/* Returns true while addresses are being removed at this end of a way out on the host. No address
 * must be added there now, because it could be one of those that are still to be removed. */
bool egress_withdraw_busy(const char *interface);
void egress_withdraw_stop(void);
