/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of a topology, in the order in which its request lists them: what each of them needs,
 * and how far topology.c is with making it.
 */
#ifndef NSCTL_KEEPER_TOPOLOGY_PARTS_H
#define NSCTL_KEEPER_TOPOLOGY_PARTS_H

#include "daemon/keeper/state/registry.h"
#include "daemon/wire/message.h"
#include "daemon/wire/tables.h"

#define PARTS_MAX (APPLY_NETWORKS_MAX + APPLY_SETS_MAX + APPLY_LINKS_MAX)
/* Room for a place such as "networks[12].". */
#define PLACE_SIZE 32

/* In the order of their making. */
enum stage { NETWORKS, SETS, LINKS, STAGE_COUNT };

enum progress { WAITING, ASKED, MADE };

/* A network, a set or a link. */
struct part {
	struct application *application;
	enum stage stage;
	size_t index; /* in its list */
	enum progress progress;
	uint64_t needs;		/* of a set: bit i: set i must be made before it */
	bool takes_descriptors; /* of a set: the request's lane makes these, one by one */
	char id[ID_SIZE];	/* of its record; "": there never was one */
};

struct parts {
	struct wire_message message; /* a copy of the request; its items are the parts */
	size_t n;
	struct part part[PARTS_MAX];
};

/* What a part is to be. */
union part_wish {
	struct wire_network network;
	struct wire_create create;
	struct wire_link link;
};

/* Copies the message, and collects its parts for the application. Returns 0, -ENOMEM, or -EBADMSG
 * if our fronts never send such a message. */
int parts_read(const struct wire_message *message, struct application *application,
	       struct parts *ret);
void parts_done(struct parts *parts);

/* Returns what the part is to be. It is valid until the next call. */
union part_wish *part_read(struct parts *parts, const struct part *part);
/* Writes the part's place in the request: "sets[3].". */
void part_place(const struct part *part, char ret[static PLACE_SIZE]);

#endif
