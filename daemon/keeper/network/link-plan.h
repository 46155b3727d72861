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

/* Links of one set, or members of one network: as many as one removal can take along. */
#define SET_LINKS_MAX TASK_LINKS_MAX

/* An end's strings in canonical form. */
struct wiring_text {
	char interface[INTERFACE_SIZE], mac[MAC_SIZE];
	char gateways[2][ADDRESS_SIZE];
	char addresses[END_ADDRESSES_MAX][ADDRESS_SIZE];
};

struct wiring_plan {
	struct wire_link wire; /* complete; points into the members below and into the wish */
	char name[NAME_SIZE], id[ID_SIZE];
	struct wiring_text text[2];
	struct set *ends[2]; /* NULL: the host */
	bool egress;
};

struct wiring_wish {
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
int wiring_plan(const struct registry *registry, const struct wiring_wish *wish,
		struct wiring_plan *ret, struct failure *failure);

/*
 * Plans a SetLink: the link as it is, with the changes to each end. Interfaces and places cannot
 * change. Returns 0 or the errors of wiring_plan().
 */
int wiring_change(const struct registry *registry, const struct link *link,
		  const struct wire_link *change, struct wiring_plan *ret, struct failure *failure);

/*
 * Plans a way to the outside, with WAY_ADDRESSES of each pool (pool_v6 NULL: no IPv6): the lowest
 * ones that no link has. This is a proposal: the maker takes others if the host uses these.
 * outward: with default routes. Returns 0 or ERROR_LIMIT_EXCEEDED.
 */
struct wiring_egress {
	struct wire_link wire;
	char addresses[2][2][ADDRESS_SIZE], gateways[2][ADDRESS_SIZE];
};
int wiring_egress(const struct registry *registry, const char *pool_v4, const char *pool_v6,
		  bool outward, struct wiring_egress *ret, struct failure *failure);
/* Moves the addresses in egress->wire to the way that is so many ways further in the pools. */
void wiring_move_egress(struct wiring_egress *egress, uint32_t ways);

/* A network with its subnets and name servers checked; they do not overlap those of the owner's
 * other networks. texts: storage for their canonical form. */
struct wiring_network {
	struct wire_network wire;
	char subnets[SUBNETS_MAX][ADDRESS_SIZE], dns[SERVERS_MAX][ADDRESS_SIZE];
};
int wiring_network(const struct registry *registry, uid_t owner, const struct wire_network *wish,
		   struct wiring_network *ret, struct failure *failure);

/* A network's own addresses: the first of each of its subnets. */
struct wiring_bridge {
	struct task_bridge task;
	char addresses[SUBNETS_MAX][ADDRESS_SIZE];
};
void wiring_bridge(const struct wire_network *network, struct wiring_bridge *ret);

/* A link in the form that tasks contain; task points into link and the other members. */
struct wiring_task {
	struct task_link task;
	struct wire_link wire;
	char pins[2][KEY_SIZE + 12], names[2][INTERFACE_SIZE];
};
/* own: the set being made, whose end has no pin yet. */
int wiring_task(const struct link *link, const struct set *own, struct wiring_task *ret);
/* The same for a plan to change an existing link: its new state. */
void wiring_task_of_plan(const struct link *link, const struct wiring_plan *plan,
			 struct wiring_task *ret);

#endif
