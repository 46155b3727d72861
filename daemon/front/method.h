/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of methods: the request to the keeper for each, and the form of its answer. */
#pragma once

#include "daemon/front/decode.h"
#include "daemon/front/encode.h"

#define REPLY_PARTS_MAX 4

struct method {
	const char *name;
	enum wire_op op;
	const struct wire_layout *layout; /* layout of the request, whose rows decode it */
	/* Writes a request that has items besides the record. NULL: layout describes the
	 * request. */
	int (*put)(struct decoding *decoding, const json_t *parameters, struct wire_writer *writer);
	struct reply_part reply[REPLY_PARTS_MAX + 1];
	/* Makes the reply. NULL: the parts in reply describe it. */
	json_t *(*encode)(struct wire_message *message);
	unsigned int flags; /* METHOD_... */
};

/* Returns the row of a method of org.nsctl ("Create"), or NULL. */
const struct method *method_find(const char *name);

/* Room for each request, by its op: CREATE, LIST and so on. */
#define MEMBER(op, name, record, ...) struct record op;
union method_request {
	METHODS(MEMBER)
};
#undef MEMBER
