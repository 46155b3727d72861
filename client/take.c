/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/take.h"

#include "client/memory.h"
#include "client/parse.h"
#include "protocol/name.h"

/* The most bytes of an argument that a message shows. */
#define TYPED_MAX 200

/* Returns the object that contains the value of the current option's field, and stores the last key
 * of the field in ret_key. Adds objects that are missing on the way. */
static json_t *find_object(const struct options *options, const char **ret_key)
{
	const char *field = options->row->field, *dot;
	json_t *object = options->parameters;

	for (; (dot = strchr(field, '.')); field = dot + 1) {
		_cleanup_free_ char *key = must(strndup(field, (size_t)(dot - field)));

		object = json_member(object, key, json_object);
	}
	*ret_key = field;
	return object;
}

json_t *take_object(const struct options *options)
{
	const char *key;
	json_t *object = find_object(options, &key);

	return json_member(object, key, json_object);
}

void take_add_typed(const struct options *options, struct text *ret)
{
	const char *argument = options->argument;

	text_format(ret, "--%s", options->row->name);
	if (argument)
		text_format(ret, "=%.*s%s", TYPED_MAX, argument,
			    strlen(argument) > TYPED_MAX ? "..." : "");
}

/* Returns the current option as it was typed. Makes client.typed if it is missing. */
static json_t *as_typed(const struct options *options)
{
	struct client *client = options->client;
	_cleanup_text_ struct text typed = {0};

	if (!client->typed)
		client->typed = must(json_object());
	take_add_typed(options, &typed);
	return json_string_nocheck(typed.data);
}

void take_note(const struct options *options, size_t index)
{
	json_t *typed = as_typed(options), *entries;

	entries = json_member(options->client->typed, options->row->field, json_array);
	/* entries that no option has added by itself */
	while (json_array_size(entries) < index)
		json_push(entries, json_null());
	json_push(entries, typed);
}

void take_note_value(const struct options *options)
{
	json_t *typed = as_typed(options);

	json_put(options->client->typed, options->row->field, typed);
}

void take_put(const struct options *options, json_t *value)
{
	const char *key;
	json_t *object = find_object(options, &key);
	const char *bracket = strchr(key, '[');
	_cleanup_free_ char *list = bracket ? must(strndup(key, (size_t)(bracket - key))) : NULL;

	if (!list) {
		take_note_value(options);
		json_put(object, key, value);
		return;
	}
	object = json_member(object, list, json_array);
	json_push(object, value);
	take_note(options, json_array_size(object) - 1);
}

int take_value(const struct options *options, json_t *value, const char *wanted)
{
	if (!value)
		return options_reject(options, wanted);
	take_put(options, value);
	return 0;
}

int take_number(const struct options *options, int64_t lowest, int64_t highest, const char *wanted)
{
	int64_t number;
	bool fits = parse_number(options->argument, lowest, highest, &number);

	return take_value(options, fits ? json_integer(number) : NULL, wanted);
}

int take_seconds(struct options *options)
{
	double seconds;
	bool fits = parse_decimal(options->argument, false, &seconds);

	return take_value(options, fits ? json_real(seconds) : NULL, "a number of seconds");
}

int take_nothing(struct options *options _unused_)
{
	return 0;
}

int take_true(struct options *options)
{
	take_put(options, json_true());
	return 0;
}

int take_false(struct options *options)
{
	take_put(options, json_false());
	return 0;
}

int take_text(struct options *options)
{
	take_put(options, json_string(options->argument));
	return 0;
}

int take_word(struct options *options)
{
	const char *rest = options->row->argument;
	size_t n = strlen(options->argument);

	while (rest) {
		struct piece word = parse_cut(rest, '|', &rest);

		if (word.size == n && strncmp(options->argument, word.start, n) == 0)
			return take_text(options);
	}
	return options_reject(options, options->row->argument);
}

int take_name(struct options *options)
{
	return take_value(options,
			  name_is_valid(options->argument) ? json_string(options->argument) : NULL,
			  "a valid name: " NAME_REASON);
}

int take_id(struct options *options)
{
	int64_t id;

	return take_value(options, parse_id(options->argument, &id) ? json_integer(id) : NULL,
			  "a number (names may mean other users inside)");
}

int take_kinds(struct options *options)
{
	uint32_t kinds;

	return take_value(options,
			  parse_kinds(options->argument, &kinds) ? json_kinds(kinds) : NULL,
			  "a list of mnt,pid,net,uts,user,ipc,cgroup,time");
}

int take_label(struct options *options)
{
	const char *value;
	struct piece piece = parse_cut(options->argument, '=', &value);
	_cleanup_free_ char *name = must(strndup(piece.start, piece.size));

	if (!value)
		return options_reject(options, "K=V (such as job=17)");
	if (!label_key_is_valid(name))
		return options_reject(options,
				      "K=V with a K of 1 to 63 letters, digits and . _ / -, "
				      "which begins and ends with a letter or digit");
	if (!label_value_is_valid(value))
		return options_reject(options, "K=V with a V of at most 256 bytes, and without "
					       "control characters");
	json_put(take_object(options), name, json_string(value));
	return 0;
}
