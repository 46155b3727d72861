/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages to a resolver about a set: see wire/resolver.h. */
#pragma once

#include "daemon/keeper/network/egress-names-state.h"

/* Sends the set, with its sockets: UDP and TCP for each address. Returns 0 or -errno. */
int egress_tell_add(const struct egress_names *names, const int fds[2][2]);
/* Sends the set's list. Returns 0 or -errno. */
int egress_tell_list(const struct egress_names *names);
/* Sends the set's name servers. */
void egress_tell_servers(const struct egress_names *names);
