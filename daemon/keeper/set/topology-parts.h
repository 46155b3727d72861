/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of a topology: the networks, sets and links that one Apply makes. struct parts has them
 * by stage, in the order of the request. struct part tells which parts must be made before it, and
 * how far topology.c has come with it. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Size of a part's place in the request, such as "networks[12].". */
#define PLACE_SIZE 32

/* Stages of an Apply, in the order in which their parts are made. */
enum stage { NETWORKS, SETS, LINKS, STAGE_COUNT };

enum progress { WAITING, ASKED, MADE }; /* MADE: the part was made, or has failed */

/* A part of a topology: a network, a set or a link. */
struct part {
	struct application *application;
	enum stage stage;
	size_t index;	  /* position in the request's list of its kind */
	const char *name; /* NULL: a link without a name */
	enum progress progress;
	const struct nlattr *before; /* item before it, for part_read(); NULL: it is the first */
	/* of a set: indexes in parts->part of the sets that must be made before it */
	uint16_t needs[SPEC_LINKS_MAX];
	size_t n_needs;
	bool takes_descriptors; /* of a set: needs descriptors of the client: see is_possible() */
	char id[ID_SIZE];	/* id of its record; "": retreat() need not remove the part */
};

struct parts {
	struct wire_message message; /* a copy of the request, with the parts */
	size_t n, n_of[STAGE_COUNT];
	struct part *part;
};

/* A decoded part. */
union part_wish {
	struct wire_network network;
	struct wire_create create;
	struct wire_link link;
};

/* Copies the message and finds its parts. *ret must be empty ({}). Returns 0, -ENOMEM, or -EBADMSG
 * for a message that our fronts (the processes that serve clients) never send. The caller calls
 * parts_done(), also after an error. */
int parts_read(const struct wire_message *message, struct application *application,
	       struct parts *ret);
void parts_done(struct parts *parts);
/* Checks the numbers of parts against the user's limits. Returns 0 or ERROR_LIMIT_EXCEEDED. */
int parts_check(struct keeper *keeper, uid_t uid, const struct parts *parts,
		struct failure *failure);
/* Fills in part->needs and part->takes_descriptors of the sets. Returns 0 or -ENOMEM. */
int parts_order(struct parts *parts);

/* Decodes the part. The result is valid until the next call of this function, parts_read() or
 * parts_order(). */
union part_wish *part_read(struct parts *parts, const struct part *part);
/* Writes the part's place in the request, such as "sets[3].". */
void part_place(const struct part *part, char ret[static PLACE_SIZE]);
