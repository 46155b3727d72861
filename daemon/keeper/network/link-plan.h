/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Plans links before anything is made: checks each end, and gives it its name, MAC and addresses,
 * so that the record can name each object in the kernel beforehand. Planning does not ask the
 * kernel: a plan depends on the request, the link's id and the registry.
 */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Maximum number of links of one set or network: one removal (struct task_remove) must be able to
 * delete them all. */
#define SET_LINKS_MAX TASK_LINKS_MAX

/* Storage for the canonical strings of a route. */
struct link_plan_route {
	char destination[ADDRESS_SIZE], via[ADDRESS_SIZE], source[ADDRESS_SIZE];
};
/* Storage for the canonical strings of an end. */
struct link_plan_text {
	char interface[INTERFACE_SIZE], mac[MAC_SIZE];
	char gateways[2][ADDRESS_SIZE];
	char addresses[END_ADDRESSES_MAX][ADDRESS_SIZE];
	struct link_plan_route routes[END_ROUTES_MAX];
};

/* A planned link. */
struct link_plan {
	struct wire_link wire; /* complete; see link_plan() for what it points into */
	char name[NAME_SIZE], id[ID_SIZE];
	struct link_plan_text text[2];
	struct set *ends[2]; /* NULL: the host */
	bool egress;
};

/* A link that is asked for. */
struct link_wish {
	const struct authz_subject *subject;
	uid_t owner;		      /* owner of the link, and of both ends */
	const char *id;		      /* the link's id, from which MACs are derived */
	const struct wire_link *wire; /* what is asked for: link_plan() completes a copy */
	/* put before the names of fields of ends a and b in errors, such as "a." */
	const char *prefixes[2];
	/* the set that is being made, or NULL; end a is in this set if wire->a names no place */
	struct set *own;
	bool egress;	   /* a way out (egress.h): its end on the host needs no permission */
	const char *group; /* id of the Apply that makes the link, or NULL */
};

/*
 * Plans a link. Returns 0 and *ret, or an error: ERROR_INVALID_VALUE (with the field),
 * ERROR_NOT_FOUND (a set or network), ERROR_NOT_PERMITTED (an end on the host), ERROR_EXISTS (the
 * link), ERROR_LIMIT_EXCEEDED or ERROR_BUSY. *ret points into itself, so it must not be moved, and
 * into what wish->wire and wish->own point to.
 */
int link_plan(const struct registry *registry, const struct link_wish *wish, struct link_plan *ret,
	      struct failure *failure);

/* Plans the change of a link by SetLink. *ret is the link as it is now, but with the members that
 * *change gives. Names of interfaces and places cannot change. *ret points into itself, so it must
 * not be moved, and into link->wire and what *change points to. Returns 0, ERROR_INVALID_VALUE, or
 * ERROR_SYSTEM if the link's record is damaged. */
int link_plan_change(const struct registry *registry, const struct link *link,
		     const struct wire_link *change, struct link_plan *ret,
		     struct failure *failure);

/* A planned way out, with storage for its strings. First index: 0 is IPv4, 1 is IPv6. Second index:
 * 0 is the end on the host, 1 the end of the set or network. */
struct link_plan_egress {
	struct wire_link wire;
	char addresses[2][2][ADDRESS_SIZE], gateways[2][ADDRESS_SIZE];
};
/* Plans a way out (egress.h). Takes the first WAY_ADDRESSES addresses of pool_v4 that no other way
 * has, and the addresses at the same position in pool_v6 (NULL: no IPv6). The worker that makes the
 * set or network takes others if the host uses these. outward: the way gets default routes. Returns
 * 0 or ERROR_LIMIT_EXCEEDED. */
int link_plan_egress(const struct registry *registry, const char *pool_v4, const char *pool_v6,
		     bool outward, struct link_plan_egress *ret, struct failure *failure);
/* Moves each address in egress->wire on in its pool, by WAY_ADDRESSES times `ways`: see
 * way_shift(). The new texts are in *egress. */
void link_plan_move_egress(struct link_plan_egress *egress, uint32_t ways);

/* A checked network, with storage for its canonical strings. */
struct link_plan_network {
	struct wire_network wire;
	char subnets[SUBNETS_MAX][ADDRESS_SIZE], dns[SERVERS_MAX][ADDRESS_SIZE];
};
/* Checks a network's subnets and name servers. For each subnet "auto", chooses one that overlaps
 * with no network of the owner. Returns 0 and *ret, or ERROR_INVALID_VALUE. *ret points into
 * itself, so it must not be moved, and into what *wish points to. */
int link_plan_network(const struct registry *registry, uid_t owner, const struct wire_network *wish,
		      struct link_plan_network *ret, struct failure *failure);

/* The bridge of a network for a task, with storage for the bridge's addresses. */
struct link_plan_bridge {
	struct task_bridge task;
	char addresses[SUBNETS_MAX][ADDRESS_SIZE];
};
/* Fills in the bridge of this network. Its addresses are number 1 of each subnet
 * (address_of_subnet()). It forwards packets to the outside if the network has egress. ret->task
 * points into ret->addresses. */
void link_plan_bridge(const struct wire_network *network, struct link_plan_bridge *ret);

/* A link for a task. The member task points into the link and into the other members, so this
 * struct must not be moved. */
struct link_plan_task {
	struct task_link task;
	struct wire_link wire;
	char pins[2][KEY_SIZE + 12], names[2][INTERFACE_SIZE];
};
/* Writes to ret the name that the interface of this end of the link has in the kernel. */
void link_plan_device(const struct link *link, const struct wire_end *end,
		      char ret[static INTERFACE_SIZE]);

/* Fills in a recorded link for a task, without the members of struct task_link that only a way out
 * has: see egress_fill_link(). own: the set that the task makes; NULL: the task makes none. An end
 * in this set has no pin (a name in the vault), because the set is not in the vault yet. *ret also
 * points into *link, which must outlive it. Returns 0, or -errno if the link's record is
 * damaged. */
int link_plan_task(const struct link *link, const struct set *own, struct link_plan_task *ret);
/* Like link_plan_task(), for an existing link as it will be after the change that
 * link_plan_change() has planned. *ret also points into what plan->wire points to, so the plan must
 * outlive it. */
void link_plan_changed_task(const struct link *link, const struct link_plan *plan,
			    struct link_plan_task *ret);
