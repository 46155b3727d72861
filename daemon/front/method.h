/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of methods: what each is asked of the keeper with, and how its answer reads. */
#ifndef NSCTL_FRONT_METHOD_H
#define NSCTL_FRONT_METHOD_H

#include "daemon/front/decode.h"
#include "daemon/front/encode.h"

struct method {
	const char *name;
	enum wire_op op; /* 0: not built yet */
	const struct wire_layout *layout;
	int (*decode)(struct decoding *decoding, const json_t *parameters, void *ret);
	/* instead of layout and decode where a request has items */
	int (*put)(struct decoding *decoding, const json_t *parameters, struct wire_writer *writer);
	json_t *(*encode)(struct wire_message *message, struct reply_fds *fds);
	bool takes_descriptors;
};

/* The row of a method of org.nsctl ("Create"), or NULL. */
const struct method *method_find(const char *name);

/* Room for whatever a row's decode() fills. */
union method_request {
	struct wire_create create;
	struct wire_ask ask;
	struct wire_list list;
	struct wire_exec exec;
	struct wire_run run;
	struct wire_link link;
	struct wire_network network;
};

#endif
