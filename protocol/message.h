/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Converts the text of a Varlink message to a call or a reply, and back. jansson parses the JSON;
 * this module handles the envelope. It is strict: no duplicate keys, no depth above
 * MESSAGE_DEPTH_MAX, no NUL in strings, no unknown member in a call's envelope. No I/O.
 */
#pragma once

#include <jansson.h>
#include "base.h"

#define MESSAGE_DEPTH_MAX 32

enum message_outcome {
	MESSAGE_NOT_JSON =
		1,	     /* not a JSON object, too deep, or a key twice: close the connection */
	MESSAGE_NOT_VARLINK, /* an object, but not a call (or reply): close the connection */
};

struct message_call {
	json_t *root;	    /* the tree to which the pointers below belong */
	const char *method; /* "org.nsctl.Create" */
	json_t *parameters; /* an object, never NULL (absent and null become {}) */
	bool more, oneway, upgrade;
};

struct message_reply {
	json_t *root;
	const char *error;  /* NULL for a reply that is not an error */
	json_t *parameters; /* an object, never NULL */
	bool continues;
};

/* Parses the text of an object. Returns 0 with a reference in *ret, MESSAGE_NOT_JSON, or -ENOMEM.
 * text need not end with a NUL. */
int message_parse_object(const char *text, size_t size, json_t **ret);

/*
 * message_parse_call() and message_parse_reply() return 0, an outcome, or -ENOMEM. After 0, the
 * caller releases *ret with message_call_done() or message_reply_done(). text need not end with a
 * NUL.
 */
int message_parse_call(const char *text, size_t size, struct message_call *ret);
int message_parse_reply(const char *text, size_t size, struct message_reply *ret);
void message_call_done(struct message_call *call);
void message_reply_done(struct message_reply *reply);

/*
 * The functions message_pack_*() return 0 or -ENOMEM. The caller frees *ret_text; *ret_size
 * includes its NUL. parameters may be NULL, and still belong to the caller. Members that are null
 * are left out.
 */
int message_pack_call(const char *method, json_t *parameters, bool more, bool oneway,
		      char **ret_text, size_t *ret_size);
int message_pack_reply(json_t *parameters, bool continues, char **ret_text, size_t *ret_size);
int message_pack_error(const char *error, json_t *parameters, char **ret_text, size_t *ret_size);

static inline void message_cleanup_json(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ _cleanup_(message_cleanup_json)
