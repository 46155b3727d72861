/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leases, which end sets and networks: by time (expiry.h), when they are idle (idle.h), with a
 * process (recorded by pid and start time), with a pipe (pipe-watch.h), or with a connection. A set
 * with several of these ends with the first. A restart of nsctld ends all connections, and with
 * them the leases by connection; all other leases survive it. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Makes the clock of leases (expiry.h). Returns 0 or -errno. */
int lease_open(struct keeper *keeper);
void lease_close(void);

/* Puts `lease`, which the request asks for, into the specification of a set to be made, and
 * completes it there: see admission_of_lease(). Returns 0 or an error. */
int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure);

/* Stores the lease in the set; lease_begin() and lease_resume() then start it. A lease by
 * connection ends with the request's connection. */
void lease_put(struct set *set, const struct wire_lease *lease, const struct request *request);
/* Starts the time of the set's lease by time, if it has one. Must be called when the set is ready
 * or its lease is renewed, before the set's record is written. */
void lease_begin(struct keeper *keeper, struct set *set);
/* Begins to watch the set's init, and all that ends the set's lease. Must be called when the record
 * of a ready set was written, when its lease was replaced, and when nsctld starts. May remove the
 * set at once. */
void lease_resume(struct keeper *keeper, struct set *set);
/* Ends the leases that end with this connection, and so removes their sets. Must be called when a
 * connection with such leases (has_leases) has ended. */
void lease_connection_gone(struct keeper *keeper, uint32_t connection);
/* Renews the leases of the owner's sets and networks that one Apply has made (group: its id):
 * restarts their time and idleness. Leaves out those without a lease, and those being removed.
 * span: new length in microseconds of the leases by time; 0: it stays. */
void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span);
/* Renews the lease of a set or network, or replaces it by ask->lease if that is given. Does the
 * same for all that the same Apply has made. ask->span: as in lease_renew_group(). Returns 0 after
 * answering the request, or an error and *failure. */
int lease_renew(struct keeper *keeper, struct request *request, struct set *set,
		struct wire_ask *ask, struct failure *failure);
/* Makes the set end with the command that is about to start in it, instead of by its lease; only a
 * lease by idleness stays. May remove the set at once. Returns 0, or an error and *failure. */
int lease_end_with_command(struct keeper *keeper, const struct request *request, struct set *set,
			   struct failure *failure);
