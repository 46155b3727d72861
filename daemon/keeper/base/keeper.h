/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper's one context. It names what all modules work with; what belongs to one module is
 * behind a pointer, or in its own source.
 *
 * Everything runs in one thread and one event loop and never blocks: what may take time is an
 * operation of a worker, with a deadline.
 */
#ifndef NSCTL_KEEPER_KEEPER_H
#define NSCTL_KEEPER_KEEPER_H

#include <event2/event.h>
#include "base.h"
#include "daemon/keeper/base/arrival-queue.h"
#include "daemon/keeper/base/turns.h"
#include "daemon/wire/codec.h"
#include "daemon/wire/queue.h"
#include "daemon/wire/stream.h"

#define KEEPER_CGROUP_SIZE 256

struct arrivals;
struct boot;
struct config;
struct connection;
struct ending;
struct front;
struct keeper;
struct operation;
struct peer_host;
struct refusals;
struct registry;
struct set;
struct store;
struct wire_message;
struct worker;

/* Counted since the start, told by GetStatus. */
struct counters {
	uint64_t created, removed, executed, refused, failed, left_to_closer;
};

/* Of spawner-orders.c. */
struct spawner_orders {
	struct wire_queue waiting;
	struct event *writable;
};

/* How operation.c shares the processors among users. */
struct sharing {
	uid_t last;	  /* whose operation was the last one; -1: there was none */
	uint64_t until;	  /* CLOCK_BOOTTIME, microseconds: users share the processors */
	size_t alone_max; /* operations of a user who does not share */
};

/*
 * What modules report to modules above them, which they may not call: see ARCHITECTURE.md.
 * upcalls.c says which function that is.
 */
struct upcalls {
	/* A front has sent a message. Returns 0, or -EBADMSG: no front of ours says that. */
	int (*message)(struct front *front, struct wire_message *message);
	/* A connection is over, and is about to be freed. */
	void (*connection_gone)(struct keeper *keeper, struct connection *connection);
	/* A front's channel takes answers again. */
	void (*front_writable)(struct keeper *keeper);
	/* Nothing is being done any more to the links of the set, or to its files of names. The set
	 * may be freed by this. */
	void (*network_idle)(struct keeper *keeper, struct set *set);
};

struct keeper {
	const struct upcalls *upcalls;
	struct event_base *loop;
	struct config *config;
	struct registry *registry;
	struct store *store;
	const struct peer_host *host;
	struct counters counters;
	uint64_t started; /* Unix epoch, microseconds */
	/* places */
	char *runtime; /* the directory: an absolute path without links */
	int runtime_fd;
	int vault_fd, cgroup_fd;
	char cgroup[KEEPER_CGROUP_SIZE]; /* its path, from the top of the hierarchy */
	bool delegated;			 /* by the service manager */
	char table[64];			 /* the firewall's */
	bool host_ipv6_egress;		 /* this host can forward IPv6 for some interfaces only */
	/* workers/ */
	pid_t spawner_pid;
	int spawner_fd;
	struct event *spawner_event;
	int kept_vault_fd; /* until the spawner has it */
	struct wire_writer to_spawner;
	struct spawner_orders spawner_orders;
	struct wire_writer to_worker; /* orders, for which a worker may first have to be forked */
	struct operation *operations;
	struct turns turns;
	struct sharing sharing;
	struct worker *idle_workers;
	size_t n_idle_workers;
	uint32_t last_worker;
	struct event *rest_event; /* after which idle workers end */
	struct ending *ending;
	struct boot *boot;
	/* request/ */
	int socket_fd;
	struct arrival_queue arrival_queue;
	struct arrivals *arrivals; /* NULL: no connection is accepted */
	struct refusals *refusals;
	struct front *fronts;
	uint32_t last_connection;
	struct wire_writer to_front;
	struct wire_message from_front;
};

#endif
