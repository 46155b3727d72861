/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of a list with names of hosts. Only the files egress-*.c may use this header. */
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
	uint64_t cookie, version; /* as in wire/resolver.h */
	struct reach_names *list;
	char addresses[2][ADDRESS_SIZE]; /* addresses at which the resolver answers; "": none */
	/* the way out's end on the host; "" until addresses are first sent to a worker */
	char interface[INTERFACE_SIZE];
	struct grants grants;
	struct refused_names refused;
	/* number of addresses that workers are adding to the firewall now, and of their pairs
	 * (egress-grants.h) */
	size_t n_admitting, pairs_admitting;
	bool open;    /* the resolver has its sockets */
	bool opening; /* a worker makes these sockets */
	/* CLOCK_BOOTTIME in microseconds. lost: when a resolver of the user last ended; 0: never.
	 * resume: on_pump() makes no sockets before this time. */
	uint64_t lost, resume;
	uint64_t pause; /* length of the last pause after a failure, in microseconds; 0: none */
	/* callback of the caller of egress_names_open() that still waits, or NULL; its context */
	egress_names_opened *opened;
	void *context;
};

/* --- letting addresses through: egress-admit.c --- */

/*
 * Handles a request of a resolver to let addresses through: checks the addresses, lets a worker add
 * them to the firewall, and answers. names: those of the set that the request is about, or NULL if
 * the user has no such set. room: the number of further pairs (egress-grants.h) that the set may
 * have. id, request: numbers of the resolver and of its request, for egress_resolver_answer().
 * Returns 1 if egress_resolver_answered() will be called later, 0 if the request is answered
 * already, or -ENOMEM.
 */
int egress_admit(struct keeper *keeper, struct egress_names *names,
		 const struct wire_resolver_allow *allow, size_t room, uint32_t id,
		 uint32_t request);
/* Makes requests in progress forget these names. The addresses that they are still adding are
 * removed afterwards. Must be called before the names are freed. */
void egress_admit_forget(const struct egress_names *names);
/* Makes requests in progress for these names remove the addresses that workers are still adding,
 * because they are of the old list. Must be called when `names` gets another list. */
void egress_admit_outdate(const struct egress_names *names);
/* Notes that the firewall may have lost the addresses that workers are adding now, so that these
 * are added again. Is called by egress_names_flushed(). */
void egress_admit_flushed(void);

/* --- the resolver's sockets in a set: egress-sockets.c --- */

/* Is called when the worker has ended. fds[i]: the UDP and the TCP socket at names->addresses[i],
 * or -1; they are closed after the call. id: the set's id. cookie: that of the set's names (struct
 * egress_names). The set and its names may be gone. report: says in step and error if the worker
 * has failed. */
typedef void egress_sockets_made(void *context, uint64_t cookie, const char *id,
				 const int fds[2][2], const struct task_report *report);
/* Lets a worker make the sockets in the net namespace of the set or network, and then calls made()
 * once. Returns 0, or -errno if made() will not be called. */
int egress_sockets_make(const struct egress_names *names, egress_sockets_made *made, void *context);

/* --- messages to a resolver about a set (wire/resolver.h): egress-tell.c --- */

/* Tells the resolver that it now answers for the set: its list, its name servers, and its sockets.
 * fds[i]: the UDP and the TCP socket at names->addresses[i], or -1. Returns 0 or -errno. */
int egress_tell_add(const struct egress_names *names, const int fds[2][2]);
/* Sends the set's present list to the resolver. Returns 0 or -errno. */
int egress_tell_list(const struct egress_names *names);
/* Sends the set's present name servers to the resolver. */
void egress_tell_servers(const struct egress_names *names);

/*
 * --- removing addresses: egress-withdraw.c ---
 *
 * Addresses of names are removed from the firewall when the list of names is replaced or gone. The
 * firewall would remove them by itself, but only at the end of their time: until then, a user who
 * makes sets again and again could collect them. So addresses that are still to be removed count
 * for the user: see egress_withdraw_pairs().
 */

/* Lets workers remove all addresses in names->grants from the firewall, and empties
 * names->grants. */
void egress_withdraw(struct egress_names *names);
/* Lets workers remove the addresses of *grants from the firewall: for egress_withdraw(), or when
 * addresses were added after their names had gone. interface: the way out's end on the host. list:
 * the list to which the services of the grants refer. Empties *grants. Without memory, the
 * addresses stay until the end of their time. */
void egress_withdraw_late(struct keeper *keeper, uid_t uid, const char *interface,
			  const struct reach_names *list, struct grants *grants);
/* Returns the number of pairs (egress-grants.h) of this user that are still to be removed. */
size_t egress_withdraw_pairs(uid_t uid);
/* Returns true while addresses are being removed at the interface. An address that is added now
 * could be removed, too. */
bool egress_withdraw_busy(const char *interface);
void egress_withdraw_stop(void);
