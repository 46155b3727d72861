/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a link is to be, worked out before anything is made: every end checked, named, given its MAC
 * and its addresses, so that the record names each kernel object beforehand. Reads the registry,
 * changes nothing, asks no kernel: the same wish on the same registry gives the same plan.
 */
#ifndef NSCTL_KEEPER_LINK_PLAN_H
#define NSCTL_KEEPER_LINK_PLAN_H

#include "base.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/task.h"
#include "protocol/error.h"

/* Links that one set has, or one network members: what one removal can take along. */
#define SET_LINKS_MAX TASK_LINKS_MAX

/* An end's strings in their canonical form. */
struct wiring_text {
	char interface[INTERFACE_SIZE], mac[MAC_SIZE];
	char gateways[2][ADDRESS_SIZE];
	char addresses[END_ADDRESSES_MAX][ADDRESS_SIZE];
};

struct wiring_plan {
	struct wire_link wire; /* complete; views on what is below and on the wish */
	char name[NAME_SIZE], id[SESSION_SIZE];
	struct wiring_text text[2];
	struct set *ends[2]; /* NULL: the host */
	bool egress;
};

struct wiring_wish {
	const struct authz_subject *subject;
	uid_t owner;	/* whose the link and its ends are */
	const char *id; /* of the link; its MACs are made of it */
	const struct wire_link *wire;
	const char *prefixes[2]; /* of field paths: "a.", or "spec.links[0].peer." */
	struct set *own;	 /* end a without where: this set, which is being made */
	bool egress;		 /* the daemon's own: needs no policy for host links */
	const char *group;	 /* it is of this Apply, or NULL */
};

/*
 * 0 and *ret; or ERROR_INVALID_VALUE (with the field), ERROR_NOT_FOUND (set or network),
 * ERROR_NOT_PERMITTED (host ends), ERROR_EXISTS (link), ERROR_LIMIT_EXCEEDED, ERROR_BUSY.
 */
int wiring_plan(const struct registry *registry, const struct wiring_wish *wish,
		struct wiring_plan *ret, struct failure *failure);

/*
 * SetLink: the link as it is, with what change gives of each end put into it. Interfaces and places
 * cannot change. 0 or the errors of wiring_plan().
 */
int wiring_change(const struct registry *registry, const struct link *link,
		  const struct wire_link *change, struct wiring_plan *ret, struct failure *failure);

/*
 * A way to the outside: WAY_ADDRESSES of each pool (pool_v6 NULL: no IPv6), the lowest ones that no
 * link has. A proposal: the maker takes others where the host has these. outward: with default
 * routes. Returns 0, or ERROR_LIMIT_EXCEEDED.
 */
struct wiring_egress {
	struct wire_link wire;
	char addresses[2][2][ADDRESS_SIZE], gateways[2][ADDRESS_SIZE];
};
int wiring_egress(const struct registry *registry, const char *pool_v4, const char *pool_v6,
		  bool outward, struct wiring_egress *ret, struct failure *failure);
/* The addresses of egress->wire become those of a way that lies so many further in the pools. */
void wiring_move_egress(struct wiring_egress *egress, uint32_t ways);

/* A network: its subnets and name servers checked, not overlapping those of the owner's others.
 * texts: room for their canonical form. */
struct wiring_network {
	struct wire_network wire;
	char subnets[SUBNETS_MAX][ADDRESS_SIZE], dns[SERVERS_MAX][ADDRESS_SIZE];
};
int wiring_network(const struct registry *registry, uid_t owner, const struct wire_network *wish,
		   struct wiring_network *ret, struct failure *failure);

/* A network's own address in each of its subnets, the first one. */
struct wiring_bridge {
	struct task_bridge task;
	char addresses[SUBNETS_MAX][ADDRESS_SIZE];
};
void wiring_bridge(const struct wire_network *network, struct wiring_bridge *ret);

/* A link as the spawner is told; views on link and on *ret. */
struct wiring_task {
	struct task_link task;
	struct wire_link wire;
	char pins[2][KEY_SIZE + 12], names[2][INTERFACE_SIZE];
};
/* own: the set that is being made, whose end has no pin yet. */
int wiring_task(const struct link *link, const struct set *own, struct wiring_task *ret);
/* The same of a plan for a link that is there: what it is to become. */
void wiring_task_of_plan(const struct link *link, const struct wiring_plan *plan,
			 struct wiring_task *ret);

#endif
