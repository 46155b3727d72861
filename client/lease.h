/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option --lease of several verbs, and renew. */
#pragma once

#include "client/options.h"

/* The row of --lease. path: the place of the Lease in the parameters. The option may be repeated:
 * the first condition that becomes true ends the lease. */
#define LEASE_OPTION(path)                                                                   \
	OPTION("lease", 0, "WHEN",                                                           \
	       "remove it when WHEN is true. DURATION (90s, 15m, 2h, 1d): it has not been "  \
	       "renewed for this time; parent: the process that started nsctl has ended; "   \
	       "pid:PID: this process has ended; fd:N: the process (pidfd) or pipe of this " \
	       "open descriptor has ended; idle:DURATION: it has not been used for this "    \
	       "time. May be repeated: the first that is true counts",                       \
	       FILLS(path, lease_take))

int lease_take(struct options *options);
/* Puts a lease by the parent into the set's specification. */
int lease_take_parent(struct options *options);

extern const struct option_row lease_renew_options[];
/* Carries out the verb renew for sets or networks, by calling method. Returns what verb.run
 * returns. */
int lease_renew(struct client *client, struct options *options, const char *method);
