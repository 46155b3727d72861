/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <string.h>
#include "daemon/front/value.h"

int value_invalid(struct decoding *decoding, const char *field, const char *format, ...)
{
	char reason[200];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return failure_set(&decoding->failure, ERROR_INVALID_VALUE, 0, field, "%s", reason);
}

const json_t *value_member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

/* "spec." and "hostname" to "spec.hostname". */
static const char *path_of(char *buffer, size_t size, const char *prefix, const char *key)
{
	(void)snprintf(buffer, size, "%s%s", prefix, key);
	return buffer;
}

int value_string(struct decoding *decoding, const json_t *object, const char *prefix,
		 const char *key, size_t longest, const char **ret)
{
	const json_t *value = value_member(object, key);
	char path[128];

	if (!value)
		return 0;
	if (json_string_length(value) == 0)
		return value_invalid(decoding, path_of(path, sizeof(path), prefix, key),
				     "must not be empty");
	if (json_string_length(value) > longest)
		return value_invalid(decoding, path_of(path, sizeof(path), prefix, key),
				     "is longer than %zu bytes", longest);
	*ret = json_string_value(value);
	return 0;
}

int value_integer(struct decoding *decoding, const json_t *object, const char *prefix,
		  const char *key, int64_t lowest, int64_t highest, bool *ret_given, int64_t *ret)
{
	const json_t *value = value_member(object, key);
	char path[128];
	json_int_t number;

	if (ret_given)
		*ret_given = value != NULL;
	if (!value)
		return 0;
	number = json_integer_value(value);
	if (number < lowest || number > highest)
		return value_invalid(decoding, path_of(path, sizeof(path), prefix, key),
				     "is not within %lld and %lld", (long long)lowest,
				     (long long)highest);
	*ret = number;
	return 0;
}

int value_id(struct decoding *decoding, const json_t *object, const char *key, bool *ret_given,
	     uint32_t *ret)
{
	int64_t number = 0;
	int r = value_integer(decoding, object, "", key, 0, (int64_t)UINT32_MAX - 1, ret_given,
			      &number);

	if (r == 0 && *ret_given)
		*ret = number;
	return r;
}

int value_seconds(struct decoding *decoding, const json_t *object, const char *prefix,
		  const char *key, double lowest, double highest, bool *ret_given, int64_t *ret)
{
	const json_t *value = value_member(object, key);
	char path[128];
	double seconds;

	*ret_given = value != NULL;
	if (!value)
		return 0;
	seconds = json_number_value(value);
	if (!(seconds >= lowest && seconds <= highest))
		return value_invalid(decoding, path_of(path, sizeof(path), prefix, key),
				     "is not within %g and %g seconds", lowest, highest);
	/* to the nearest: 1.001 is not to come back as 1.000999 */
	*ret = (int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5));
	return 0;
}

bool value_bool(const json_t *object, const char *key)
{
	return json_is_true(value_member(object, key));
}

int value_fd(struct decoding *decoding, const json_t *object, const char *prefix, const char *key,
	     int *ret)
{
	const json_t *value = value_member(object, key);
	char path[128];
	json_int_t index;

	if (!value)
		return 0;
	index = json_integer_value(value);
	if (index < 0 || (uint64_t)index >= decoding->fds->n)
		return value_invalid(decoding, path_of(path, sizeof(path), prefix, key),
				     "no descriptor of this index came with the message");
	if (decoding->used[index])
		return value_invalid(decoding, path_of(path, sizeof(path), prefix, key),
				     "another field has this descriptor already");
	decoding->used[index] = true;
	*ret = decoding->fds->fds[index];
	return 0;
}

uint32_t value_word(const json_t *object, const char *key, const char *const *words)
{
	const char *word = json_string_value(value_member(object, key));

	for (uint32_t i = 0; word && words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return i + 1;
	return 0;
}

int value_kinds(struct decoding *decoding, const json_t *object, const char *prefix, uint32_t *ret)
{
	const json_t *list = value_member(object, "namespaces"), *entry;
	char path[128];
	uint32_t kinds = 0;
	size_t i;

	if (!list)
		return 0;
	json_array_foreach(list, i, entry)
	{
		enum kind kind = kind_from_name(json_string_value(entry));

		if (kind == KIND_COUNT || kinds & KIND_BIT(kind))
			return value_invalid(decoding,
					     path_of(path, sizeof(path), prefix, "namespaces"),
					     "%s comes twice", json_string_value(entry));
		kinds |= KIND_BIT(kind);
	}
	if (!kinds)
		return value_invalid(decoding, path_of(path, sizeof(path), prefix, "namespaces"),
				     "must not be empty: leave it out for the default");
	*ret = kinds;
	return 0;
}

int value_labels(struct decoding *decoding, const json_t *object, const char *field,
		 struct spec_label *labels, size_t *ret_n)
{
	const json_t *map = value_member(object, "labels");
	const char *key;
	json_t *value;

	if (!map)
		return 0;
	if (json_object_size(map) > SPEC_LABELS_MAX)
		return value_invalid(decoding, field, "are more than %d", SPEC_LABELS_MAX);
	json_object_foreach((json_t *)map, key, value)
	{
		if (!label_key_is_valid(key) || json_string_length(value) >= LABEL_VALUE_SIZE)
			return value_invalid(
				decoding, field,
				"a key is 1 to 63 of A-Z a-z 0-9 . _ / -; a value is up to "
				"256 bytes");
		labels[*ret_n].key = key;
		labels[(*ret_n)++].value =
			json_string_length(value) ? json_string_value(value) : NULL;
	}
	return 0;
}
