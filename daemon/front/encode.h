/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts the keeper's answers to parameters of replies, by the rows of daemon/wire. Objects are
 * new, or NULL if there is no memory. */
#ifndef NSCTL_FRONT_ENCODE_H
#define NSCTL_FRONT_ENCODE_H

#include <jansson.h>
#include "daemon/wire/layout.h"

/* Descriptors that go along with a reply: taken from the message. */
struct reply_fds {
	int fds[WIRE_FDS_MAX];
	size_t n;
};

/* A part of a reply. The last part of a method has no key. */
struct reply_part {
	const char *key;     /* its member; "": its fields are members of the reply itself */
	enum wire_item item; /* a list of these; 0: the fields of the message itself */
	const struct wire_layout *layout;
	const struct wire_layout *view; /* other rows for the struct; NULL: its own */
};

/* Returns an object of these parts, with their descriptors in fds. */
json_t *encode_reply(const struct reply_part *parts, struct wire_message *message,
		     struct reply_fds *fds);

#endif
