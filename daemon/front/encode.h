/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Converts the keeper's answers to the parameters of replies, by the rows of daemon/wire. */
#pragma once

#include <jansson.h>
#include "daemon/wire/layout.h"

/* Descriptors that a reply takes from the keeper's message. */
struct reply_fds {
	int fds[WIRE_FDS_MAX];
	size_t n;
};

/* Room for any struct of a reply. That of a set is the largest: see method.c. */
union encode_record {
	struct wire_set set;
	struct wire_summary summary;
};

/* A part of a reply. A method's list of parts ends with one that has no key. */
struct reply_part {
	const char *key;     /* its member; "": its fields are members of the reply itself */
	enum wire_item item; /* the part is a list of these items; 0: the message's fields */
	const struct wire_layout *layout;
	const struct wire_layout *view; /* rows to use for the struct; NULL: those of layout */
};

/* Returns an object of these parts, with their descriptors in fds. */
json_t *encode_reply(const struct reply_part *parts, struct wire_message *message,
		     struct reply_fds *fds);

/*
 * Returns an object with the number of the part's items (count) and an array for each of their
 * fields that is wanted: bit i stands for the field of the name names[i]. An array whose elements
 * are all equal is shortened to one; a field that no item has is left out.
 */
json_t *encode_columns(const struct reply_part *part, const char *const *names, uint32_t wanted,
		       struct wire_message *message);

/* Add a new member to the object, or nothing if its value is NULL. */
void encode_put(json_t *object, const char *key, json_t *value);
void encode_string(json_t *object, const char *key, const char *text);

/* Returns microseconds as a JSON number of seconds. */
json_t *encode_seconds(uint64_t microseconds);

/* Reads the names of owners from /etc/passwd, without NSS. Must be called once, at the start. */
void encode_load_names(void);

/* Layouts of answers that contain only a part of a struct, or name its fields differently. */

extern const struct wire_layout view_usage;		     /* of a summary */
extern const struct wire_layout view_expires, view_identity; /* of a set */
extern const struct wire_layout view_namespace;
extern const struct wire_layout view_started, view_run, view_ended; /* of a session */
