/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The envelope of calls and replies, see message.h. Does not check parameters, which idl.c does.
 */
#include "protocol/message.h"

#include <assert.h>

/*
 * Returns true if brackets nest deeper than MESSAGE_DEPTH_MAX. jansson would recurse 2048 levels,
 * and so would all code that walks the tree afterwards (libvarlink#34). Strings are skipped as by
 * jansson's lexer. If the text is not JSON, the count may be wrong, but only after the place where
 * jansson stops.
 */
static bool is_too_deep(const char *text, size_t size)
{
	unsigned depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < size; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
			continue;
		}
		switch (text[i]) {
		case '"':
			in_string = true;
			break;
		case '{':
		case '[':
			if (++depth > MESSAGE_DEPTH_MAX)
				return true;
			break;
		case '}':
		case ']':
			if (depth > 0)
				depth--;
			break;
		}
	}
	return false;
}

int message_parse_object(const char *text, size_t size, json_t **ret)
{
	_cleanup_json_ json_t *root = NULL;
	json_error_t error;

	if (is_too_deep(text, size))
		return MESSAGE_NOT_JSON;
	root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		/*
		 * jansson has a code for every error in the text, so an error without a code is
		 * lack of memory. The reverse is not true: lack of memory in its lexer looks like
		 * an invalid text.
		 */
		enum json_error_code code = json_error_code(&error);

		return code == json_error_unknown || code == json_error_out_of_memory
			       ? -ENOMEM
			       : MESSAGE_NOT_JSON;
	}
	if (!json_is_object(root))
		return MESSAGE_NOT_JSON;
	*ret = take_ptr(root);
	return 0;
}

/* Returns a member of the envelope, or NULL if it is absent or null. */
static json_t *get_member(const json_t *root, const char *name)
{
	json_t *member = json_object_get(root, name);

	return json_is_null(member) ? NULL : member;
}

static int get_flag(const json_t *root, const char *name, bool *ret)
{
	const json_t *member = get_member(root, name);

	if (member && !json_is_boolean(member))
		return MESSAGE_NOT_VARLINK;
	*ret = json_is_true(member);
	return 0;
}

/* Finds the parameters. If they are absent or null, adds {} to the tree, which owns it. */
static int get_parameters(json_t *root, json_t **ret)
{
	json_t *parameters = get_member(root, "parameters");

	if (!parameters) {
		if (json_object_set_new(root, "parameters", json_object()) < 0)
			return -ENOMEM;
		parameters = json_object_get(root, "parameters");
	}
	if (!json_is_object(parameters))
		return MESSAGE_NOT_VARLINK;
	*ret = parameters;
	return 0;
}

static bool has_only_call_members(json_t *root)
{
	static const char *const known[] = {"method", "parameters", "more", "oneway", "upgrade"};
	const char *key;
	json_t *value;

	json_object_foreach(root, key, value) {
		size_t i = 0;

		while (i < ARRAY_SIZE(known) && strcmp(known[i], key) != 0)
			i++;
		if (i == ARRAY_SIZE(known))
			return false;
	}
	return true;
}

int message_parse_call(const char *text, size_t size, struct message_call *ret)
{
	_cleanup_json_ json_t *root = NULL;
	struct message_call call = {0};
	int r;

	r = message_parse_object(text, size, &root);
	if (r != 0)
		return r;
	if (!has_only_call_members(root))
		return MESSAGE_NOT_VARLINK;
	call.method = json_string_value(json_object_get(root, "method"));
	if (!call.method)
		return MESSAGE_NOT_VARLINK;
	r = get_parameters(root, &call.parameters);
	if (r == 0)
		r = get_flag(root, "more", &call.more);
	if (r == 0)
		r = get_flag(root, "oneway", &call.oneway);
	if (r == 0)
		r = get_flag(root, "upgrade", &call.upgrade);
	if (r != 0)
		return r;
	call.root = take_ptr(root);
	*ret = call;
	return 0;
}

int message_parse_reply(const char *text, size_t size, struct message_reply *ret)
{
	_cleanup_json_ json_t *root = NULL;
	struct message_reply reply = {0};
	const json_t *error;
	int r;

	r = message_parse_object(text, size, &root);
	if (r != 0)
		return r;
	/* unknown members are accepted: the daemon may be newer than its client */
	error = get_member(root, "error");
	if (error && !json_is_string(error))
		return MESSAGE_NOT_VARLINK;
	reply.error = json_string_value(error);
	r = get_parameters(root, &reply.parameters);
	if (r == 0)
		r = get_flag(root, "continues", &reply.continues);
	if (r != 0)
		return r;
	/* an error ends the call, so client and daemon would disagree if it continued */
	if (reply.error && reply.continues)
		return MESSAGE_NOT_VARLINK;
	reply.root = take_ptr(root);
	*ret = reply;
	return 0;
}

void message_call_done(struct message_call *call)
{
	json_decref(call->root);
	*call = (struct message_call){0};
}

void message_reply_done(struct message_reply *reply)
{
	json_decref(reply->root);
	*reply = (struct message_reply){0};
}

/* Returns true if an object at any depth has a member that is null. Elements of arrays do not
 * count. */
static bool has_null_member(json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach(json, key, value)
		if (json_is_null(value) || has_null_member(value))
			return true;
	json_array_foreach(json, i, value)
		if (has_null_member(value))
			return true;
	return false;
}

/* Returns json without members that are null: a new reference to json itself if it has none,
 * otherwise a copy. Returns NULL if there is no memory. */
static json_t *prune(json_t *json)
{
	_cleanup_json_ json_t *copy = NULL;
	const char *key;
	json_t *value;
	size_t i;

	if (!has_null_member(json))
		return json_incref(json);
	copy = json_is_object(json) ? json_object() : json_array();
	if (!copy)
		return NULL;
	json_object_foreach(json, key, value)
		if (!json_is_null(value) && json_object_set_new(copy, key, prune(value)) < 0)
			return NULL;
	json_array_foreach(json, i, value)
		if (json_array_append_new(copy, prune(value)) < 0)
			return NULL;
	return take_ptr(copy);
}

/* Formats the envelope. Fails if root is NULL, or if building root failed (r is negative). */
static int pack(json_t *root, int r, char **ret_text, size_t *ret_size)
{
	char *text;

	if (!root || r < 0)
		return -ENOMEM;
	text = json_dumps(root, JSON_COMPACT);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	*ret_size = strlen(text) + 1;
	return 0;
}

/* Sets the parameters, without members that are null. If prune() fails, so does
 * json_object_set_new(), which refuses NULL. */
static int set_parameters(json_t *root, json_t *parameters)
{
	assert(!parameters || json_is_object(parameters));
	return json_object_set_new(root, "parameters",
				   parameters ? prune(parameters) : json_object());
}

static int set_true(json_t *root, const char *name, bool value)
{
	return value ? json_object_set_new(root, name, json_true()) : 0;
}

int message_pack_call(const char *method, json_t *parameters, bool more, bool oneway,
		      char **ret_text, size_t *ret_size)
{
	_cleanup_json_ json_t *root = json_object();
	int r;

	r = json_object_set_new(root, "method", json_string(method));
	if (r == 0)
		r = set_parameters(root, parameters);
	if (r == 0)
		r = set_true(root, "more", more);
	if (r == 0)
		r = set_true(root, "oneway", oneway);
	return pack(root, r, ret_text, ret_size);
}

int message_pack_reply(json_t *parameters, bool continues, char **ret_text, size_t *ret_size)
{
	_cleanup_json_ json_t *root = json_object();
	int r;

	r = set_parameters(root, parameters);
	if (r == 0)
		r = set_true(root, "continues", continues);
	return pack(root, r, ret_text, ret_size);
}

int message_pack_error(const char *error, json_t *parameters, char **ret_text, size_t *ret_size)
{
	_cleanup_json_ json_t *root = json_object();
	int r;

	r = json_object_set_new(root, "error", json_string(error));
	if (r == 0)
		r = set_parameters(root, parameters);
	return pack(root, r, ret_text, ret_size);
}
