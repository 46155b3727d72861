/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper's answers to reply parameters, by the rows of daemon/wire. Objects are new, or
 * NULL for lack of memory. */
#ifndef NSCTL_FRONT_ENCODE_H
#define NSCTL_FRONT_ENCODE_H

#include <jansson.h>
#include "daemon/wire/layout.h"

/* Descriptors that go along with a reply: taken from the message. */
struct reply_fds {
	int fds[WIRE_FDS_MAX];
	size_t n;
};

/* A part of a reply. A method's parts end with one that has no key. */
struct reply_part {
	const char *key;     /* its member; "": its fields are the reply's own members */
	enum wire_item item; /* a list of these; 0: the fields of the message itself */
	const struct wire_layout *layout;
	const struct wire_layout *view; /* rows of the same struct to tell it by; NULL: its own */
};

/* Returns an object of these parts; their descriptors go to fds. */
json_t *encode_reply(const struct reply_part *parts, struct wire_message *message,
		     struct reply_fds *fds);

#endif
