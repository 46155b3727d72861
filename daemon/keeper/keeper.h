/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper's one context, and what its modules say to each other. Who calls whom:
 *
 *	main -> arrival (accepting) -> server (who the peer is) -> front (channels)
 *	front -> dispatch (requests) -> lifecycle (sets) | session (commands) | inquiry | ...
 *	lifecycle, session -> operation (orders to workers and what comes of them) -> worker
 *	lifecycle, session -> registry, store
 *
 * Everything runs in one thread and one event loop and never blocks: what may take time is an
 * operation, with a deadline.
 */
#ifndef NSCTL_KEEPER_KEEPER_H
#define NSCTL_KEEPER_KEEPER_H

#include <event2/event.h>
#include "base.h"
#include "daemon/keeper/base/turns.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/policy/subid.h"
#include "daemon/keeper/base/arrival-queue.h"
#include "daemon/keeper/request/peer.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/keeper/state/store.h"
#include "daemon/wire/queue.h"
#include "daemon/wire/task.h"

#define KEEPER_CGROUP_SIZE 256
#define KEEPER_SIGNALS 3

struct arrivals;
struct connection;
struct keeper;
struct front;
struct ending;
struct lane_process;
struct lanes;
struct refusals;
struct operation;
struct subscription;
struct boot;
struct worker;

/* Counted since the start, told by GetStatus. */
struct counters {
	uint64_t created, removed, executed, refused, failed, left_to_closer;
};

/* Of spare.c. */
#define SPARES_MAX 2
struct spare {
	int net_fd, sysfs_fd; /* -1: without */
};
struct spares {
	bool owned;  /* somebody has made a set lately ... */
	uid_t owner; /* ... who */
	struct spare ready[SPARES_MAX];
	size_t n;
	bool making;
	uid_t made_for;
	struct event *rest_event;
};

/* What this start has found and made, so that one that fails takes away no more than that. */
struct runtime_start {
	bool made, mounted;	     /* the runtime directory */
	bool ours;		     /* we hold its lock */
	bool had_vault, had_records; /* sets may be there */
};

/* Of closer.c. */
struct closer {
	int fd; /* -1: there is no closer */
	bool starting;
	int *waiting; /* connections to be passed on */
	size_t n, size;
	struct event *event;
};

/* Of spawner-orders.c. */
struct spawner_orders {
	struct wire_queue waiting;
	struct event *writable;
};

/* Of operation.c. */
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
	int error; /* 0, or -errno: why it serves no more */
	struct config *config;
	const char *config_path;
	bool config_must_exist;
	char *runtime; /* the directory: an absolute path without links */
	int runtime_fd;
	struct runtime_start start;
	struct registry *registry;
	struct store *store;
	struct peer_host host;
	uint64_t started; /* Unix epoch, microseconds */
	struct counters counters;
	/* the spawner */
	pid_t spawner_pid;
	int spawner_fd;
	struct event *spawner_event;
	int vault_fd, cgroup_fd;
	int kept_vault_fd;		 /* until the spawner has it */
	char cgroup[KEEPER_CGROUP_SIZE]; /* its path, from the top of the hierarchy */
	bool delegated;			 /* by the service manager */
	char table[64];			 /* the firewall's */
	bool host_ipv6_egress;		 /* this host can forward IPv6 for some interfaces only */
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
	struct spares spares;
	/* server */
	int socket_fd;
	const char *socket_path; /* of the one that we have made; NULL: it was handed over */
	struct arrival_queue arrival_queue;
	struct arrivals *arrivals; /* NULL: no connection is accepted */
	struct refusals *refusals;
	struct subid_owners subid_owners;
	struct front *fronts;
	uint32_t last_connection;
	struct wire_writer to_front;
	struct wire_message from_front;
	struct closer closer;
	struct ending *ending;
	struct event *log_event; /* a minute after lines of users were counted */
	/* monitor */
	struct subscription *subscriptions;
	struct event *monitor_event;
	/* lease */
	int expiry_fd; /* a timerfd */
	struct event *expiry_event;
	/* boot */
	struct boot *boot;
	/* process-watch */
	int process_epoll_fd; /* an epoll of pidfds, -1: none yet */
	struct event *process_event;
	/* service manager, signals, stop */
	struct event *signals[KEEPER_SIGNALS];
	struct event *stop_event;
	uint64_t stop_deadline; /* CLOCK_BOOTTIME */
};

/* One client's connection, which its front serves. */
struct connection {
	struct connection *next;
	uint32_t number;
	struct front *front;
	int socket_fd; /* a copy, until the connection is over: see closer.h */
	struct peer peer;
	uid_t charged; /* the user who stands behind it, and against whose limits it counts */
	bool shared;   /* its front serves all connections behind which this user stands */
	struct authz_subject subject;
	char scope_name[KEY_SIZE];	   /* behind subject.scope_text */
	bool has_asked;			   /* at least one request has come by it */
	bool has_leases;		   /* sets or commands that end with it */
	struct subscription *subscription; /* NULL: it does not monitor */
};

/*
 * A request that a front waits for an answer to. It outlives the front: then answers go nowhere.
 * Whoever holds it answers it once and for all with request_done() or request_fail(), which free
 * it.
 */
struct request {
	struct request *next; /* in its front, or behind whom it waits */
	struct front *front;  /* NULL: it has gone */
	uint32_t connection, number;
	enum wire_op op;
	struct lanes *lanes; /* of the front; NULL: it has gone */
	uint32_t lane;	     /* by which its descriptors come; 0: it has none */
	/* of its descriptors, by their index; NULL: none is a pidfd. Not in a kept copy. */
	const struct lane_process *processes;
	struct authz_subject subject;
	uid_t owner;			      /* which owner's set it is about ... */
	char about[NAME_SIZE];		      /* ... and its name; "": not known yet, or none */
	const struct peer_identity *identity; /* the keeper's own wish for this user; else NULL */
	bool kept;			      /* a copy of request_keep() */
	struct request *behind; /* the next in a list of those that wait for one thing */
	/* Called when the connection ends before the answer: drops the request, or leaves it. NULL:
	 * the work goes on, and the request with it. */
	void (*gone)(struct keeper *keeper, struct request *request);
	void *holder; /* for gone: what waits with this request */
};

/* A copy of what the server made up for the time of the call: for later. NULL: -ENOMEM. */
struct request *request_keep(const struct request *request);
/* Starts an answer in keeper->to_front, which the caller goes on writing; flags: WIRE_CONTINUES. */
void request_begin(struct keeper *keeper, const struct request *request, uint16_t flags);
/* Sends it: an answer after which others follow ... */
void request_send(struct keeper *keeper, const struct request *request);
/* ... or the last one. */
void request_end(struct keeper *keeper, struct request *request);
/* The last answer in one. layout NULL: nothing to say but that it is done. */
void request_done(struct keeper *keeper, struct request *request, const struct wire_layout *layout,
		  const void *value);
void request_fail(struct keeper *keeper, struct request *request, const struct failure *failure);
/* Writes the failure, which a message with WIRE_FAILURE is about. */
void request_put_failure(struct wire_writer *writer, const struct failure *failure);
/* Whether its front has room for any answer; if not, monitor_resume() is called when it has. */
bool request_has_room(const struct request *request);
/* Frees a kept request unanswered: the caller still answers the one that it is a copy of. */
void request_drop(struct request *request);
/* Whose it is: NULL when the connection that asked has gone. */
const struct peer_identity *request_identity(const struct request *request);
/* The connection that asked, or NULL when it has gone. */
struct connection *request_connection(const struct request *request);

/* Finds the set that a request is about, if its caller may know of it. Returns 0, or an error and
 * *failure. */
int request_find_set(struct keeper *keeper, struct request *request, const char *name,
		     bool has_owner, uid_t owner, struct set **ret, struct failure *failure);

#endif
