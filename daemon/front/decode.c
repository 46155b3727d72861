/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decodes the parameters of a call, row by row. Each read_ function gets a value of the right type,
 * and refuses it if the row does not allow it.
 */
#include "daemon/front/decode-path.h"
#include "daemon/front/unit.h"

/* --- parts of requests that no row describes --- */

static int read_spec(struct decoding *decoding _unused_, const json_t *object _unused_, void *ret)
{
	struct wire_spec *spec = ret;

	spec->given = true;
	return 0;
}

/* Reads the place of an end: one of set, network and host. */
static int read_place(struct decoding *decoding, const json_t *object, void *ret)
{
	const char *set = json_string_value(decode_member(object, "set"));
	const char *network = json_string_value(decode_member(object, "network"));
	bool host = json_is_true(decode_member(object, "host"));
	const char *key = network ? "network" : "set";
	struct wire_end *end = ret;

	end->name = network ? network : set;
	end->where = set ? END_SET : network ? END_NETWORK : host ? END_HOST : 0;
	if (!!set + !!network + host > 1)
		return decode_refuse_at(decoding, key,
					"only one of set, network and host can be given");
	if (end->name && !name_is_valid(end->name))
		return decode_refuse_at(decoding, key, NAME_REASON);
	return 0;
}

static int check_link(struct decoding *decoding, const json_t *object _unused_, void *ret)
{
	const struct spec_link *link = ret;

	if (!link->end.where)
		return 0;
	return decode_refuse_at(decoding, "end",
				"this end is the set's own: its place cannot be given");
}

static int read_command(struct decoding *decoding, const json_t *object, void *ret)
{
	return decode_command(decoding, object, ret);
}

/* Reads the parts of a struct that no row describes, after its rows. Returns 0, or an error with
 * decoding->failure set. */
static int decode_rest(struct decoding *decoding, const struct wire_layout *layout,
		       const json_t *object, void *ret)
{
	static const struct {
		const struct wire_layout *layout;
		int (*read)(struct decoding *decoding, const json_t *object, void *ret);
	} rows[] = {
		{&wire_spec_layout, read_spec},
		{&wire_end_layout, read_place},
		{&spec_link_layout, check_link},
		{&wire_command_layout, read_command},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].layout == layout)
			return rows[i].read(decoding, object, ret);
	return 0;
}

/* --- rows --- */

/* Returns the value at a row's path ("limits.memory"; "" is the object itself), or NULL. */
static const json_t *find(const json_t *object, const char *path)
{
	char key[64];

	while (object && *path) {
		size_t n = strcspn(path, ".");

		(void)snprintf(key, sizeof(key), "%.*s", (int)n, path);
		object = decode_member(object, key);
		path += n + (path[n] == '.');
	}
	return object;
}

/* --- values --- */

static void store(const struct wire_field *field, int64_t number, void *at)
{
	if (field->type == WIRE_U32)
		*(uint32_t *)at = number;
	else
		*(int64_t *)at = number;
}

static int read_integer(struct decoding *decoding, const struct wire_field *field,
			const json_t *value, void *at)
{
	json_int_t number = json_integer_value(value), lowest = field->lowest,
		   highest = field->type == WIRE_U32 ? UINT32_MAX : INT64_MAX;

	if (field->limit)
		highest = field->limit;
	if (number < lowest)
		return decode_refuse(decoding, "%lld is less than %lld%s", (long long)number,
				     (long long)lowest, unit_of(field)->name);
	if (number > highest)
		return decode_refuse(decoding, "%lld is more than %lld%s", (long long)number,
				     (long long)highest, unit_of(field)->name);
	store(field, number, at);
	return 0;
}

static int read_scaled(struct decoding *decoding, const struct wire_field *field,
		       const json_t *value, void *at)
{
	const struct unit *unit = unit_of(field);
	double number = json_number_value(value), highest = (double)field->limit / unit->scale,
	       lowest = field->type == WIRE_I64 ? -highest : (double)field->lowest / unit->scale;

	if (!(number >= lowest && number <= highest))
		return decode_refuse(decoding, "%.15g is not between %.15g and %.15g%s", number,
				     lowest, highest, unit->name);
	/* rounded: 1.001 must not come back as 1.000999 */
	store(field, (int64_t)(number * unit->scale + (number < 0 ? -0.5 : 0.5)), at);
	return 0;
}

/* Returns the index of a word in the row's list. idl_check_input() has checked that the list has
 * the word. */
static uint32_t find_word(const struct wire_field *field, const json_t *value)
{
	uint32_t i = 0;

	while (field->words[i] && strcmp(field->words[i], json_string_value(value)) != 0)
		i++;
	return i;
}

static int read_words(struct decoding *decoding, const struct wire_field *field, const json_t *list,
		      uint32_t *ret)
{
	const json_t *entry;
	size_t i;

	*ret = 0;
	json_array_foreach(list, i, entry) {
		uint32_t bit = UINT32_C(1) << find_word(field, entry);

		if (*ret & bit)
			return decode_refuse(decoding, "%s is repeated", json_string_value(entry));
		*ret |= bit;
	}
	return *ret ? 0 : decode_refuse(decoding, "%s", field->reason);
}

static int read_number(struct decoding *decoding, const struct wire_field *field,
		       const json_t *value, void *at)
{
	switch (field->form) {
	case FORM_WORD:
		*(uint32_t *)at = find_word(field, value) + 1;
		return 0;
	case FORM_WORDS:
		return read_words(decoding, field, value, at);
	case FORM_SWITCH:
		*(uint32_t *)at = json_is_true(value) ? SWITCH_ON : SWITCH_OFF;
		return 0;
	default:
		return unit_of(field)->scale == 1 ? read_integer(decoding, field, value, at)
						  : read_scaled(decoding, field, value, at);
	}
}

/* Checks a text, and points *ret at it; the text stays in the parameters. */
static int read_text(struct decoding *decoding, const struct wire_field *field, const char *text,
		     size_t n, const char **ret)
{
	bool is_empty = n == 0 && field->form != FORM_MAYBE_EMPTY;

	if (field->reason &&
	    (is_empty || n > field->limit || (field->is_valid && !field->is_valid(text))))
		return decode_refuse(decoding, "%s", field->reason);
	if (is_empty)
		return decode_refuse(decoding, "must not be empty");
	if (n > field->limit)
		return decode_refuse(decoding, "is longer than %zu bytes", (size_t)field->limit);
	*ret = n > 0 ? text : NULL;
	return 0;
}

/* Finds the descriptor with this index among those of the message, which still owns it. */
static int read_fd(struct decoding *decoding, const json_t *value, int *ret)
{
	json_int_t index = json_integer_value(value);

	if (index < 0 || (uint64_t)index >= decoding->fds->n)
		return decode_refuse(decoding, "the message has no descriptor of this index");
	if (decoding->used[index])
		return decode_refuse(decoding, "this descriptor is also in another field");
	decoding->used[index] = true;
	*ret = decoding->fds->fds[index];
	return 0;
}

/* --- structs --- */

static int read_array(struct decoding *decoding, const struct wire_field *field, const json_t *list,
		      size_t *count, char *at)
{
	const json_t *entry;
	size_t i;

	if (json_array_size(list) > field->limit)
		return decode_refuse(decoding, "has more than %zu entries", (size_t)field->limit);
	if (json_array_size(list) == 0 && field->reason)
		return decode_refuse(decoding, "%s", field->reason);
	json_array_foreach(list, i, entry) {
		size_t above = decode_enter_index(decoding, i);
		int r;

		wire_clear(field->layout, at);
		r = decode_request(decoding, field->layout, entry, at);
		decode_leave(decoding, above);
		if (r)
			return r;
		++*count;
		at += field->layout->size;
	}
	return 0;
}

/* Reads an object into an array of structs whose rows are a key and a value. */
static int read_map(struct decoding *decoding, const struct wire_field *field, const json_t *map,
		    size_t *count, char *at)
{
	const struct wire_field *rows = field->layout->fields;
	const char *key;
	json_t *value;

	if (json_object_size(map) > field->limit)
		return decode_refuse(decoding, "has more than %zu entries", (size_t)field->limit);
	json_object_foreach((json_t *)map, key, value) {
		void *key_at = at + rows[0].offset, *value_at = at + rows[1].offset;
		size_t above = decode_enter(decoding, key);

		if (read_text(decoding, &rows[0], key, strlen(key), key_at) ||
		    read_text(decoding, &rows[1], json_string_value(value),
			      json_string_length(value), value_at))
			return ERROR_INVALID_VALUE;
		decode_leave(decoding, above);
		++*count;
		at += field->layout->size;
	}
	return 0;
}

static int read_value(struct decoding *decoding, const struct wire_field *field,
		      const json_t *value, char *record)
{
	void *at = record + field->offset;
	size_t *count = (size_t *)(void *)(record + field->count_offset);

	switch (field->type) {
	case WIRE_BOOL:
		*(bool *)at = json_is_true(value) != (field->form == FORM_NOT);
		return 0;
	case WIRE_STRING:
		return read_text(decoding, field, json_string_value(value),
				 json_string_length(value), at);
	case WIRE_FD:
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		return read_fd(decoding, value, at);
	case WIRE_NESTED:
		return decode_request(decoding, field->layout, value, at);
	case WIRE_ARRAY:
		return field->form == FORM_MAP ? read_map(decoding, field, value, count, at)
					       : read_array(decoding, field, value, count, at);
	default:
		return read_number(decoding, field, value, at);
	}
}

static void set_given(const struct wire_field *field, char *record)
{
	void *at = record + field->given_offset;

	if (field->given_bits)
		*(uint32_t *)at |= field->given_bits;
	else
		*(bool *)at = true;
}

static int read_field(struct decoding *decoding, const struct wire_field *field,
		      const json_t *object, void *record)
{
	const json_t *value = find(object, field->json);
	size_t above = decode_enter(decoding, field->json);
	int r = 0;

	if (field->by_daemon)
		r = value && field->reason ? decode_refuse(decoding, "%s", field->reason) : 0;
	else if (value || field->type == WIRE_NESTED)
		r = read_value(decoding, field, value, record);
	if (r == 0 && value && field->with_given)
		set_given(field, record);
	decode_leave(decoding, above);
	return r;
}

int decode_request(struct decoding *decoding, const struct wire_layout *layout,
		   const json_t *object, void *ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < layout->n; i++)
		if (layout->fields[i].json)
			r = read_field(decoding, &layout->fields[i], object, ret);
	return r ? r : decode_rest(decoding, layout, object, ret);
}
