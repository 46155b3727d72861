/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forwarding of packets on the host. It is enabled for single interfaces: our own, and those by
 * which routes lead to other machines; never for all. A change of an interface that is not ours is
 * recorded first, as a directory 4-NAME or 6-NAME in a directory that all daemons of this net
 * namespace share. Such a record contains a file for each daemon ("user") that needs the change.
 * Each of these daemons guards the interface by its firewall before it makes the change. So the
 * order is: record, guard, enable. The last of the daemons undoes the change.
 *
 * RUNTIME/forwarding exists as long as anything of this daemon may be left in the host's net
 * namespace. All functions run in that namespace.
 */
#pragma once

#include "daemon/kernel/host.h"

/*
 * Prepares an interface of ours, and lets packets from it be forwarded. IPv6 is included if the
 * kernel can enable it for one interface (force_forwarding, Linux 6.17) or if it is already
 * enabled; enabling it everywhere would make the host ignore router advertisements. Returns 0 or
 * -errno.
 */
int forwarding_allow(const struct host *host, const char *interface);

/* Records for the user all interfaces that lead out now, and undoes the user's changes of
 * interfaces that do not lead out any more. Returns 0 or -errno. */
int forwarding_record(const char *user);
/* Enables forwarding on the interfaces that are recorded for the user. Returns 0 or -errno. */
int forwarding_enable(const char *user);

/* Returns true if forwarding_allow() enables IPv6 on this host. */
bool forwarding_has_ipv6(void);

/* Calls back with each interface that is recorded for the user. */
void forwarding_each_guarded(const char *user,
			     void (*callback)(const char *interface, void *context), void *context);

/* Undoes the user's changes, except those that another user still needs. Returns 0 or -errno. */
int forwarding_restore(const struct host *host, const char *user);
