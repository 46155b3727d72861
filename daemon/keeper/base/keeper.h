/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * struct keeper: the state that several modules share. A module keeps its own state, static in its
 * source; struct keeper has at most a pointer to it.
 *
 * The keeper is one thread with one event loop, so nothing in it may block: a worker does what may
 * take time, as an operation with a deadline.
 */
#pragma once

#include <event2/event.h>
#include "base.h"

#define KEEPER_CGROUP_SIZE 256

struct arrival_queue;
struct arrivals;
struct boot;
struct config;
struct client_connection;
struct front_process;
struct keeper;
struct peer_host;
struct refusals;
struct registry;
struct set;
struct store;
struct wire_message;
struct wire_writer;

/* Counters since nsctld started. created, removed: sets and networks. executed: commands. refused:
 * connections and requests. failed: requests, see audit_failed(). left_to_closer: connections that
 * the keeper did not close itself, because close(2) could hang (request/closer.h). */
struct counters {
	uint64_t created, removed, executed, refused, failed, left_to_closer;
};

/* Functions by which a module notifies modules of higher layers, which it may not call directly
 * (ARCHITECTURE.md, "The keeper", has the order). methods.c has the instance. */
struct upcalls {
	/* Handles a message of a front (a process that serves one user's clients). Returns 0, or
	 * -EBADMSG for a message that our fronts never send. Then an attacker has taken the front
	 * over, and the caller must end it. */
	int (*message)(struct front_process *front, struct wire_message *message);
	/* Reports that a connection has ended, just before its struct is freed. */
	void (*connection_gone)(struct keeper *keeper, struct client_connection *connection);
	/* Reports that a front's channel has room for answers again. */
	void (*front_writable)(struct keeper *keeper);
	/* Reports that work on the set has ended: on its links, its files in /etc
	 * (network/resolver.h) or its resolver's sockets (network/egress-names.h). May free the
	 * set. */
	void (*network_idle)(struct keeper *keeper, struct set *set);
};

struct keeper {
	const struct upcalls *upcalls;
	struct event_base *loop;
	struct config *config;
	const char *config_path;
	uint64_t config_read; /* when the file was read: microseconds since the Unix epoch */
	struct registry *registry;
	struct store *store;
	const struct peer_host *host;
	struct counters counters;
	uint64_t started; /* when nsctld started: microseconds since the Unix epoch */
	/* the runtime directory: an absolute path without symbolic links */
	char *runtime;
	int runtime_fd;
	int vault_fd, cgroup_fd;
	/* the cgroup with all sets' cgroups: path from the top of the hierarchy; NULL: not known
	 * yet */
	const char *cgroup;
	bool delegated;	       /* the cgroup was delegated to nsctld (--cgroup) */
	const char *table;     /* name of the firewall's table */
	uint16_t log_group;    /* nfnetlink_log group for refused packets; 0: none */
	bool host_ipv6_egress; /* ways out can have IPv6: see forwarding_has_ipv6() */
	bool impairments;      /* the kernel has netem, which delays and loses packets */
	struct boot *boot;     /* workers/boot-state.h */
	struct arrival_queue *arrival_queue;
	struct arrivals *arrivals;    /* request/arrival.c; NULL: no connections are accepted */
	struct refusals *refusals;    /* what request/refused-connections.c knows; NULL at first */
	struct front_process *fronts; /* request/front-state.h */
	struct wire_writer *to_front; /* encodes one message at a time */
};

/* Removes and frees an event, unless it is NULL, and returns NULL: `e = free_event(e)` frees and
 * clears. */
static inline struct event *free_event(struct event *event)
{
	if (event)
		event_free(event);
	return NULL;
}
