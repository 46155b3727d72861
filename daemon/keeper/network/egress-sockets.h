/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets at which a resolver answers in a set: a worker makes them there. */
#pragma once

#include "daemon/keeper/network/egress-names-state.h"
#include "daemon/wire/report.h"

/* Is called once, later. The names or the set with this id may be gone by then. fds: UDP and TCP
 * for each address, or -1; they are closed afterwards. */
typedef void egress_sockets_made(void *context, uint64_t cookie, const char *id,
				 const int fds[2][2], const struct task_report *report);
/* Returns 0 or -errno. */
int egress_sockets_make(const struct egress_names *names, egress_sockets_made *made, void *context);
