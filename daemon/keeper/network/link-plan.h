/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plans links before anything is made: every end is checked, and gets its name, MAC and addresses,
 * so that the record names each kernel object beforehand. Planning reads the registry, changes
 * nothing, and asks no kernel: the same request on the same registry gives the same plan.
 */
#ifndef NSCTL_KEEPER_LINK_PLAN_H
#define NSCTL_KEEPER_LINK_PLAN_H

#include "base.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/task.h"
#include "protocol/error.h"

/* Links of one set, or members of one network: as many as one removal can delete. */
#define SET_LINKS_MAX TASK_LINKS_MAX

/* A route's and an end's strings in canonical form. */
struct link_plan_route {
	char destination[ADDRESS_SIZE], via[ADDRESS_SIZE], source[ADDRESS_SIZE];
};
struct link_plan_text {
	char interface[INTERFACE_SIZE], mac[MAC_SIZE];
	char gateways[2][ADDRESS_SIZE];
	char addresses[END_ADDRESSES_MAX][ADDRESS_SIZE];
	struct link_plan_route routes[END_ROUTES_MAX];
};

struct link_plan {
	struct wire_link wire; /* complete; points into the members below and into the wish */
	char name[NAME_SIZE], id[ID_SIZE];
	struct link_plan_text text[2];
	struct set *ends[2]; /* NULL: the host */
	bool egress;
};

struct link_wish {
	const struct authz_subject *subject;
	uid_t owner;	/* owner of the link and its ends */
	const char *id; /* of the link; its MACs are derived from it */
	const struct wire_link *wire;
	const char *prefixes[2]; /* of field names: "a.", or "spec.links[0].peer." */
	struct set *own;	 /* the set being made, used for end a without a place */
	bool egress;		 /* made by the daemon: needs no permission for host links */
	const char *group;	 /* the Apply that it belongs to, or NULL */
};

/*
 * Plans a link. Returns 0 and *ret, ERROR_INVALID_VALUE (with the field), ERROR_NOT_FOUND (set or
 * network), ERROR_NOT_PERMITTED (ends on the host), ERROR_EXISTS (link), ERROR_LIMIT_EXCEEDED or
 * ERROR_BUSY.
 */
int link_plan(const struct registry *registry, const struct link_wish *wish, struct link_plan *ret,
	      struct failure *failure);

/*
 * Plans a SetLink: the link as it is, with the changes to each end. Interfaces and places cannot
 * change. Returns 0 or the errors of link_plan().
 */
int link_plan_change(const struct registry *registry, const struct link *link,
		     const struct wire_link *change, struct link_plan *ret,
		     struct failure *failure);

/*
 * Plans a way to the outside, with WAY_ADDRESSES of each pool (pool_v6 NULL: no IPv6): the lowest
 * ones that no link has. This is a proposal: the maker takes others if the host uses these.
 * outward: with default routes. Returns 0 or ERROR_LIMIT_EXCEEDED.
 */
struct link_plan_egress {
	struct wire_link wire;
	char addresses[2][2][ADDRESS_SIZE], gateways[2][ADDRESS_SIZE];
};
int link_plan_egress(const struct registry *registry, const char *pool_v4, const char *pool_v6,
		     bool outward, struct link_plan_egress *ret, struct failure *failure);
/* Moves the addresses in egress->wire to the way that is this many ways further in the pools. */
void link_plan_move_egress(struct link_plan_egress *egress, uint32_t ways);

/* A network with its subnets and name servers checked; they do not overlap those of the owner's
 * other networks. texts: storage for their canonical form. */
struct link_plan_network {
	struct wire_network wire;
	char subnets[SUBNETS_MAX][ADDRESS_SIZE], dns[SERVERS_MAX][ADDRESS_SIZE];
};
int link_plan_network(const struct registry *registry, uid_t owner, const struct wire_network *wish,
		      struct link_plan_network *ret, struct failure *failure);

/* A network's own addresses: the first of each of its subnets. */
struct link_plan_bridge {
	struct task_bridge task;
	char addresses[SUBNETS_MAX][ADDRESS_SIZE];
};
void link_plan_bridge(const struct wire_network *network, struct link_plan_bridge *ret);

/* A link in the form that tasks contain; task points into link and the other members. */
struct link_plan_task {
	struct task_link task;
	struct wire_link wire;
	char pins[2][KEY_SIZE + 12], names[2][INTERFACE_SIZE];
};
/* own: the set being made, whose end has no pin yet. */
int link_plan_task(const struct link *link, const struct set *own, struct link_plan_task *ret);
/* The same for a plan to change an existing link: its new state. */
void link_plan_changed_task(const struct link *link, const struct link_plan *plan,
			    struct link_plan_task *ret);

#endif
