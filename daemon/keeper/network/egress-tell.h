/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the keeper tells a resolver about a set: see wire/resolver.h. */
#ifndef NSCTL_KEEPER_EGRESS_TELL_H
#define NSCTL_KEEPER_EGRESS_TELL_H

#include "daemon/keeper/network/egress-names-state.h"

/* The set, with these sockets: UDP and TCP for each address. Returns 0 or -errno. */
int egress_tell_add(const struct egress_names *names, const int fds[2][2]);
/* Its list. Returns 0 or -errno. */
int egress_tell_list(const struct egress_names *names);
/* Its name servers. */
void egress_tell_servers(const struct egress_names *names);

#endif
