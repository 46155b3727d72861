/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes to the list of a way out (SetEgress), what the list has refused, and what it would have
 * refused (LearnEgress). See layout.h for the rules. */
#pragma once

#include "daemon/wire/link.h"

/* Destinations that an answer tells. */
#define REFUSED_MAX 64
#define REFUSED_NAMES_MAX 32

/* Names the way of a set or network, and the entries to add to its list and to remove. */
struct wire_egress {
	const char *name;    /* of a set; NULL: a network is named */
	const char *network; /* its name */
	bool has_owner;
	uint32_t owner;
	struct wire_reach add;
	struct wire_destination remove[DESTINATION_TEXTS_MAX];
	size_t n_remove;
};

/* A destination to which packets were refused. */
struct wire_refused {
	const char *address, *protocol;
	uint32_t port; /* 0: the protocol has none */
	uint64_t packets;
};

/* A name that was refused. */
struct wire_refused_name {
	const char *name;
	uint64_t questions;
};

/* The list of a way, and what it has refused since the firewall's table was made. */
struct wire_egress_list {
	struct wire_reach reach;
	bool has_refused;			     /* the kernel has told the following */
	uint64_t refused;			     /* packets */
	struct wire_refused refused_to[REFUSED_MAX]; /* those with most packets */
	size_t n_refused_to;
	struct wire_refused_name refused_names[REFUSED_NAMES_MAX];
	size_t n_refused_names;
};

/* The set or network whose list is learned. */
struct wire_learn {
	const char *name, *network; /* as in wire_egress */
	bool has_owner;
	uint32_t owner;
	bool end;
};

/* Destinations that an answer tells. */
#define LEARNED_MAX 64

/* What would have been refused, and was let through. */
struct wire_learned {
	const char *entry; /* that the list would need */
	const char *address, *protocol;
	const char *name; /* that has led to the address; NULL: none is known */
};

/* What was learned since the answer before. */
struct wire_learned_list {
	struct wire_learned learned[LEARNED_MAX];
	size_t n_learned;
	bool more; /* the next answer has the rest */
	bool full; /* there were more than can be remembered */
};

extern const struct wire_layout wire_egress_layout, wire_refused_layout, wire_refused_name_layout,
	wire_egress_list_layout, wire_learn_layout, wire_learned_layout, wire_learned_list_layout;
