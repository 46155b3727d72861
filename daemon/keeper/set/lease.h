/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leases. A set or network is removed when its lease ends: after a time (expiry.h), when it is idle
 * (idle.h), with a process (recorded by pid and start time), with a pipe (pipe-watch.h), or with a
 * connection. A set with several of these ends with the first. A restart of nsctld ends all
 * connections, and with them the leases by connection; all other leases survive it. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Makes the clock of leases (expiry.h). Returns 0 or -errno. */
int lease_open(struct keeper *keeper);
void lease_close(void);

/* Stores `lease`, which the request asks for, in the specification of a set to be made. Then lets
 * admission_of_lease() fill in its process and the watcher of its pipe. Returns 0, or an error and
 * *failure. */
int lease_take(const struct request *request, struct wire_spec *spec,
	       const struct wire_lease *lease, struct failure *failure);

/* Stores the lease in the set; lease_begin() and lease_resume() then start it. A lease by
 * connection ends with the request's connection. */
void lease_put(struct set *set, const struct wire_lease *lease, const struct request *request);
/* Starts the time of the set's lease by time, if it has one. Must be called when the set becomes
 * ready, or when its lease is renewed or replaced, before the set's record is written. */
void lease_begin(struct keeper *keeper, struct set *set);
/* Begins to watch the set's init, and for the end of the set's lease. Must be called when the
 * record of a ready set was written, when its lease was replaced, and when nsctld starts. May
 * remove the set at once. */
void lease_resume(struct keeper *keeper, struct set *set);
/* Ends the leases that end with this connection, and so removes their sets. Must be called when a
 * connection with such leases (has_leases) has ended. */
void lease_connection_gone(struct keeper *keeper, uint32_t connection);
/* Renews the leases of the owner's sets and networks that one Apply has made (group: its id): their
 * time and idleness begin anew. Leaves out those without a lease, and those being removed. span:
 * the new length of leases by time, in microseconds; 0: it stays. */
void lease_renew_group(struct keeper *keeper, uid_t owner, const char *group, uint64_t span);
/* Renews the lease of a set or network or, if ask->lease is given, replaces it. If an Apply has
 * made the set, does the same for the others of that Apply that lease_renew_group() would renew.
 * ask->span: as there. Returns 0 after answering the request, or an error and *failure. */
int lease_renew(struct keeper *keeper, struct request *request, struct set *set,
		struct wire_ask *ask, struct failure *failure);
/* Makes the set end with the command that is about to start in it. Its lease goes, except one by
 * idleness. May remove the set at once. Returns 0, or an error and *failure. */
int lease_end_with_command(struct keeper *keeper, const struct request *request, struct set *set,
			   struct failure *failure);
