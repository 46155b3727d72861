/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The little rtnetlink that the tests need, through libmnl. A pair whose peer is in a namespace
 * tells from outside whether that namespace still lives: its host end goes with it.
 */
#pragma once

#include <libmnl/libmnl.h>
#include "base.h"

/* A socket born in the caller's net namespace, where it stays. Aborts the test on failure. */
struct mnl_socket *veth_socket(unsigned int groups);
/* One message: host_name where the socket lives, peer_name in the namespace, with one queue each.
 * 0 or -errno. */
int veth_make(struct mnl_socket *rtnl, const char *host_name, const char *peer_name, int netns_fd);
/* Sets IFF_UP of the interface with this index, where the socket lives. 0 or -errno. */
int veth_up(struct mnl_socket *rtnl, int index);
/* Makes a bridge that is up, where the socket lives. 0 or -errno. */
int veth_bridge(struct mnl_socket *rtnl, const char *name);
/* Makes the interface a port of the bridge; both are indices. 0 or -errno. */
int veth_port(struct mnl_socket *rtnl, int index, int bridge);
/* Sets the state (BR_STATE_...) of a bridge's port. 0 or -errno. */
int veth_port_state(struct mnl_socket *rtnl, int index, uint8_t state);
/* Waits (bounded) for the event that the interface with this name is gone. */
bool veth_wait_gone(struct mnl_socket *events, const char *name);
