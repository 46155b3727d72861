/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encodes an answer's structs row by row. */
#include <pwd.h>
#include <time.h>
#include "daemon/front/encode.h"
#include "daemon/front/cgroup.h"
#include "daemon/front/unit.h"

#define NAMES_MAX 4096

/* --- names of owners --- */

struct owner_name {
	uid_t uid;
	char *name;
};

static struct owner_name *owners;
static size_t n_owners;

void encode_load_names(void)
{
	_cleanup_file_ FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *account;

	owners = calloc(NAMES_MAX, sizeof(*owners));
	while (file && owners && n_owners < NAMES_MAX && (account = fgetpwent(file))) {
		owners[n_owners].uid = account->pw_uid;
		owners[n_owners].name = strdup(account->pw_name);
		if (owners[n_owners].name)
			n_owners++;
	}
}

static const char *owner_name(uid_t uid)
{
	for (size_t i = 0; i < n_owners; i++)
		if (owners[i].uid == uid)
			return owners[i].name;
	return NULL;
}

/* Fills in what the keeper leaves to the front: the owner's name, the age at this time of the wall
 * clock, in microseconds, and the number of processes of a set with commands. */
static void encode_complete(struct wire_summary *summary, uint64_t now)
{
	summary->owner_name = owner_name(summary->owner);
	/* the clock may have been set back */
	summary->age = now > summary->created ? (now - summary->created) / 1000 : 0;
	if (summary->processes_in)
		summary->processes = cgroup_count(summary->processes_in);
}

/* --- parts of answers that no row describes --- */

static void put_set(json_t *object, const void *record)
{
	const struct wire_set *set = record;

	encode_string(object, "ownerName", owner_name(set->owner));
	/* the keeper knows only of the init */
	if (set->processes_in)
		encode_put(json_object_get(object, "usage"), "processes",
			   json_integer(cgroup_count(set->processes_in)));
}

static void put_session(json_t *object, const void *record)
{
	const struct wire_session *session = record;

	if (session->left_in)
		encode_put(object, "left", json_integer(cgroup_count(session->left_in)));
}

/* Adds what the set's cgroup says, as far as the kernel tells. */
static void put_usage(json_t *object, const void *record)
{
	const struct wire_summary *summary = record;
	struct cgroup_usage usage = {};

	cgroup_usage_of(summary->processes_in, &usage);
	if (usage.has_memory)
		encode_put(object, "memory", json_integer((json_int_t)usage.memory));
	if (usage.has_cpu)
		encode_put(object, "cpuSeconds", encode_seconds(usage.cpu));
}

/* Removes the owner if the process is in no set. */
static void put_identity(json_t *object, const void *record)
{
	const struct wire_set *set = record;

	if (!set->name)
		json_object_del(object, "owner");
}

/* Removes uidMap and gidMap if the client did not give them: for other mappings, the daemon has
 * made them. */
static void put_spec(json_t *object, const void *record)
{
	const struct wire_spec *spec = record;

	if (spec->mapping != MAPPING_CUSTOM) {
		json_object_del(object, "uidMap");
		json_object_del(object, "gidMap");
	}
}

/* Adds the place of an end: set, network or host. In a specification, the set's own end has
 * none. */
static void put_place(json_t *object, const void *record)
{
	const struct wire_end *end = record;

	if (end->where == END_SET && end->name && *end->name == NETWORK_SIGN)
		encode_string(object, "network", end->name + 1);
	else if (end->where == END_SET)
		encode_string(object, "set", end->name);
	else if (end->where == END_NETWORK)
		encode_string(object, "network", end->name);
	else if (end->where == END_HOST)
		encode_put(object, "host", json_true());
	if (end->where && end->up == SWITCH_DEFAULT)
		encode_put(object, "up", json_true());
}

/* Adds the parts of a struct that no row describes, after its rows. */
static void encode_rest(json_t *object, const struct wire_layout *layout, const void *record)
{
	static const struct {
		const struct wire_layout *layout;
		void (*put)(json_t *object, const void *record);
	} rows[] = {
		{&wire_set_layout, put_set},	     {&view_usage, put_usage},
		{&view_identity, put_identity},	     {&wire_spec_layout, put_spec},
		{&wire_session_layout, put_session}, {&wire_end_layout, put_place},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].layout == layout)
			rows[i].put(object, record);
}

/* --- rows --- */

void encode_put(json_t *object, const char *key, json_t *value)
{
	if (value)
		json_object_set_new_nocheck(object, key, value);
}

void encode_string(json_t *object, const char *key, const char *text)
{
	if (text)
		encode_put(object, key, json_string(text));
}

json_t *encode_seconds(uint64_t microseconds)
{
	return json_real((double)microseconds / 1e6);
}

/* The answer that is encoded. */
struct encoding {
	struct wire_message *message; /* its descriptors are taken out */
	struct reply_fds *fds;
	uint64_t now; /* the wall clock, in microseconds, or 0 if it was not needed yet */
};

static uint64_t wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* --- values --- */

static json_t *words_json(const struct wire_field *field, uint32_t bits)
{
	json_t *list = json_array();

	for (uint32_t i = 0; field->words[i]; i++)
		if (bits & UINT32_C(1) << i)
			json_array_append_new(list, json_string(field->words[i]));
	return list;
}

/* Returns the word of a number (from 1 up), or NULL for 0. The codec has checked that there is such
 * a word. */
static json_t *word_json(const struct wire_field *field, uint32_t number)
{
	return number ? json_string(field->words[number - 1]) : NULL;
}

static json_t *number_json(const struct wire_field *field, const void *at)
{
	int64_t number =
		field->type == WIRE_U32 ? (int64_t) * (const uint32_t *)at : *(const int64_t *)at;

	switch (field->form) {
	case FORM_WORD:
		return word_json(field, number);
	case FORM_WORDS:
		return words_json(field, number);
	case FORM_SWITCH:
		return json_boolean(number == SWITCH_ON);
	default:
		return unit_of(field)->scale == 1
			       ? json_integer(number)
			       : json_real((double)number / unit_of(field)->scale);
	}
}

static json_t *text_json(const struct wire_field *field, const char *text)
{
	if (!text && field->form == FORM_MAYBE_EMPTY)
		text = "";
	return text ? json_string(text) : NULL;
}

static json_t *fd_json(struct encoding *encoding, int fd)
{
	int taken = wire_take_fd(encoding->message, fd);

	if (taken < 0)
		return NULL;
	encoding->fds->fds[encoding->fds->n] = taken;
	return json_integer(encoding->fds->n++);
}

/* --- structs --- */

static json_t *struct_json(struct encoding *encoding, const struct wire_layout *layout,
			   const void *record);
static json_t *value_json(struct encoding *encoding, const struct wire_field *field,
			  const char *record);

static json_t *array_json(struct encoding *encoding, const struct wire_field *field, size_t n,
			  const char *at)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			list, struct_json(encoding, field->layout, at + i * field->layout->size));
	return list;
}

/* Returns an object for structs whose rows are a key and a value. */
static json_t *map_json(struct encoding *encoding, const struct wire_field *field, size_t n,
			const char *at)
{
	const struct wire_field *rows = field->layout->fields;
	json_t *object = json_object();

	for (size_t i = 0; i < n; i++, at += field->layout->size) {
		const char *key = *(const char *const *)(const void *)(at + rows[0].offset);

		if (key)
			encode_put(object, key, value_json(encoding, &rows[1], at));
	}
	return object;
}

static json_t *value_json(struct encoding *encoding, const struct wire_field *field,
			  const char *record)
{
	const void *at = record + field->offset;
	size_t n;

	switch (field->type) {
	case WIRE_BOOL:
		return json_boolean(*(const bool *)at);
	case WIRE_STRING:
		return text_json(field, *(const char *const *)at);
	case WIRE_FD:
		return fd_json(encoding, *(const int *)at);
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		return NULL; /* only requests contain these */
	case WIRE_NESTED:
		return struct_json(encoding, field->layout, at);
	case WIRE_ARRAY:
		n = *(const size_t *)(const void *)(record + field->count_offset);
		return field->form == FORM_MAP ? map_json(encoding, field, n, at)
					       : array_json(encoding, field, n, at);
	default:
		return number_json(field, at);
	}
}

/* Returns true if an answer must contain the field. */
static bool is_told(const struct wire_field *field, const char *record)
{
	if (!field->json)
		return false;
	return field->always || wire_is_given(field, record);
}

/* Adds value at path ("limits.memory"), with the objects on the way. */
static void put_at(json_t *object, const char *path, json_t *value)
{
	const char *dot = strchr(path, '.');
	char key[64];

	if (!value)
		return;
	for (; dot; path = dot + 1, dot = strchr(path, '.')) {
		(void)snprintf(key, sizeof(key), "%.*s", (int)(dot - path), path);
		if (!json_object_get(object, key))
			encode_put(object, key, json_object());
		object = json_object_get(object, key);
	}
	encode_put(object, path, value);
}

static void put_fields(struct encoding *encoding, json_t *object, const struct wire_layout *layout,
		       const void *record)
{
	for (size_t i = 0; i < layout->n; i++)
		if (is_told(&layout->fields[i], record))
			put_at(object, layout->fields[i].json,
			       value_json(encoding, &layout->fields[i], record));
	encode_rest(object, layout, record);
}

/* Returns an object. If the first row has the name "", it is the only one, and its value is
 * returned instead. */
static json_t *struct_json(struct encoding *encoding, const struct wire_layout *layout,
			   const void *record)
{
	const struct wire_field *only = &layout->fields[0];
	json_t *object;

	if (only->json && !*only->json)
		return value_json(encoding, only, record);
	object = json_object();
	put_fields(encoding, object, layout, record);
	return object;
}

/* --- replies --- */

static union encode_record record;

/* Reads the next item into record. Returns false if there are no more. */
static bool next_item(struct encoding *encoding, const struct reply_part *part,
		      const struct nlattr **at)
{
	if (wire_next_item(encoding->message, part->item, at, part->layout, &record) != 1)
		return false;
	if (part->item != WIRE_ITEM_SUMMARY)
		return true;
	encoding->now = encoding->now ? encoding->now : wall_clock();
	encode_complete(&record.summary, encoding->now);
	return true;
}

static json_t *list_json(struct encoding *encoding, const struct reply_part *part)
{
	json_t *list = json_array();
	const struct nlattr *at = NULL;

	while (next_item(encoding, part, &at))
		json_array_append_new(
			list,
			struct_json(encoding, part->view ? part->view : part->layout, &record));
	return list;
}

static void put_part(struct encoding *encoding, json_t *object, const struct reply_part *part)
{
	const struct wire_layout *view = part->view ? part->view : part->layout;

	if (part->item)
		encode_put(object, part->key, list_json(encoding, part));
	else if (wire_decode(encoding->message, part->layout, &record) < 0)
		return;
	else if (*part->key)
		encode_put(object, part->key, struct_json(encoding, view, &record));
	else
		put_fields(encoding, object, view, &record);
}

json_t *encode_reply(const struct reply_part *parts, struct wire_message *message,
		     struct reply_fds *fds)
{
	struct encoding encoding = {.message = message, .fds = fds};
	json_t *object = json_object();

	for (; parts->key; parts++)
		put_part(&encoding, object, parts);
	return object;
}

/* Returns true if this name, which may be NULL, is one of those whose bits are set. */
static bool is_word(const char *const *names, uint32_t bits, const char *name)
{
	for (size_t i = 0; name && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return bits & UINT32_C(1) << i;
	return false;
}

struct column {
	const struct wire_field *field;
	json_t *cells;	/* one for each record, or only one, which all have in common */
	uint32_t first; /* the first record's number, if the field is one */
};

static json_t *cell_json(struct encoding *encoding, const struct wire_field *field)
{
	const char *at = (const char *)&record;
	json_t *value = is_told(field, at) ? value_json(encoding, field, at) : NULL;

	return value ? value : json_null();
}

/* Adds the cell of record number row: its field, or null. */
static void put_cell(struct encoding *encoding, struct column *column, size_t row)
{
	const void *at = (const char *)&record + column->field->offset;
	bool is_number = column->field->type == WIRE_U32;
	bool common = row > 0 && json_array_size(column->cells) == 1;
	uint32_t number = is_number ? *(const uint32_t *)at : 0;
	json_t *value, *first = json_array_get(column->cells, 0);

	if (row == 0)
		column->first = number;
	/* making the cell and comparing it would take much longer */
	if (common && is_number && number == column->first)
		return;
	value = cell_json(encoding, column->field);
	if (common && json_equal(first, value)) {
		json_decref(value);
		return;
	}
	for (size_t i = 1; common && i < row; i++)
		json_array_append(column->cells, first);
	json_array_append_new(column->cells, value);
}

/* Returns true if every cell of the column is null. */
static bool is_empty(const struct column *column)
{
	return json_array_size(column->cells) == 1 &&
	       json_is_null(json_array_get(column->cells, 0));
}

json_t *encode_columns(const struct reply_part *part, const char *const *names, uint32_t wanted,
		       struct wire_message *message)
{
	struct encoding encoding = {.message = message};
	json_t *object = json_object();
	const struct nlattr *at = NULL;
	struct column columns[32]; /* one for each bit */
	size_t n = 0, rows = 0;

	for (size_t i = 0; i < part->layout->n; i++)
		if (is_word(names, wanted, part->layout->fields[i].json))
			columns[n++] = (struct column){&part->layout->fields[i], json_array(), 0};
	for (; next_item(&encoding, part, &at); rows++)
		for (size_t i = 0; i < n; i++)
			put_cell(&encoding, &columns[i], rows);
	encode_put(object, "count", json_integer((json_int_t)rows));
	for (size_t i = 0; i < n; i++)
		if (is_empty(&columns[i]))
			json_decref(columns[i].cells);
		else
			encode_put(object, columns[i].field->json, columns[i].cells);
	return object;
}
