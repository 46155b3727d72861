/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rows of daemon/wire held against the interface description, both ways: each field of a
 * method's parameters has a row of the same type and words, and each row with a name in JSON is a
 * field. The same is then done with descriptions in which one thing is wrong, each of which must be
 * caught.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/front/encode.h"
#include "daemon/front/method.h"
#include "daemon/front/unit.h"
#include "protocol/idl-type.h"

/* Fields that code reads or writes, by their type or method. */
static const char *const by_hand[] = {
	"LinkEnd.set",	    "LinkEnd.network", "LinkEnd.host",	  "Exec.command",
	"Exec.environment", "Run.command",     "Run.environment", "Set.ownerName",
	"List.columns",	    "List.summaries",  "Session.left",
};

#define ROWS_MAX 512

/* The state of a comparison of all methods. */
static struct {
	char problem[256]; /* the first */
	bool used[ARRAY_SIZE(by_hand)];
	const struct wire_field *rows[ROWS_MAX]; /* rows for which a field was found */
	size_t n_rows;
} state;

/* The struct that is being compared. */
struct at {
	const char *name; /* the type's or method's */
	bool is_answer;
	const char *prefix; /* of the paths in the rows: "limits." */
};

static void tell(const char *format, ...) _printf_(1, 2);
static void tell(const char *format, ...)
{
	va_list arguments;

	if (*state.problem)
		return;
	va_start(arguments, format);
	(void)vsnprintf(state.problem, sizeof(state.problem), format, arguments);
	va_end(arguments);
}

static bool is_by_hand(const char *name, const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_hand); i++) {
		size_t n = strlen(name);

		if (strncmp(by_hand[i], name, n) == 0 && by_hand[i][n] == '.' &&
		    strcmp(by_hand[i] + n + 1, field) == 0) {
			state.used[i] = true;
			return true;
		}
	}
	return false;
}

static const struct idl_type *inner(const struct idl_type *type)
{
	while (type->kind == TYPE_NAMED || type->kind == TYPE_NULLABLE)
		type = type->element;
	return type;
}

static bool are_words(const struct wire_field *row, const struct idl_type *type)
{
	const char *const *word = row->words;
	const struct idl_field *field = type->fields;

	if (type->kind != TYPE_ENUM)
		return false;
	for (; field && *word && strcmp(field->name, *word) == 0; field = field->next)
		word++;
	return !field && !*word;
}

static void check_struct(const struct at *at, const struct wire_layout *layout,
			 const struct idl_type *type);
static bool fits(const struct at *at, const struct wire_field *row, const struct idl_type *named);

/* Returns true if the layout fits the type. A layout whose only row has no name stands for the
 * value of that row. */
static bool struct_fits(const struct at *at, const struct wire_layout *layout,
			const struct idl_type *type)
{
	const struct idl_type *named = type->kind == TYPE_NULLABLE ? type->element : type;
	struct at below = {.name = named->kind == TYPE_NAMED ? named->name : at->name,
			   .is_answer = at->is_answer,
			   .prefix = ""};

	if (layout->fields[0].json && !*layout->fields[0].json)
		return fits(at, &layout->fields[0], type);
	if (inner(type)->kind != TYPE_STRUCT)
		return false;
	check_struct(&below, layout, inner(type));
	return true;
}

static bool number_fits(const struct wire_field *row, const struct idl_type *type)
{
	switch (row->form) {
	case FORM_WORD:
		return are_words(row, type);
	case FORM_WORDS:
		return type->kind == TYPE_ARRAY && are_words(row, inner(type->element));
	case FORM_SWITCH:
		return type->kind == TYPE_BOOL;
	default:
		/* seconds may be whole */
		return type->kind == TYPE_INT
			       ? row->unit <= UNIT_SECONDS
			       : type->kind == TYPE_FLOAT && unit_of(row)->scale != 1;
	}
}

static bool fits(const struct at *at, const struct wire_field *row, const struct idl_type *named)
{
	const struct idl_type *type = inner(named);

	switch (row->type) {
	case WIRE_BOOL:
		return type->kind == TYPE_BOOL;
	case WIRE_STRING:
		return type->kind == TYPE_STRING;
	case WIRE_FD:
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		return type->kind == TYPE_INT && strstr(row->json, "FileDescriptor");
	case WIRE_NESTED:
		return struct_fits(at, row->layout, named);
	case WIRE_ARRAY:
		if (row->form == FORM_MAP)
			return type->kind == TYPE_MAP &&
			       fits(at, &row->layout->fields[1], type->element);
		return type->kind == TYPE_ARRAY && struct_fits(at, row->layout, type->element);
	default:
		return number_fits(row, type);
	}
}

static bool is_found(const struct wire_field *row)
{
	for (size_t i = 0; i < state.n_rows; i++)
		if (state.rows[i] == row)
			return true;
	return false;
}

/* A string or a descriptor that is there has no default value, which would be left out. */
static bool is_always_there(const struct wire_field *row)
{
	return row->always || row->type == WIRE_STRING || row->type == WIRE_FD;
}

static void check_row(const struct at *at, const struct wire_field *row,
		      const struct idl_field *field)
{
	if (!fits(at, row, field->type))
		tell("%s.%s is of another type in its row", at->name, field->name);
	if (at->is_answer && field->type->kind != TYPE_NULLABLE && !is_always_there(row))
		tell("%s.%s may be missing", at->name, field->name);
	if (is_found(row))
		return;
	assert_true(state.n_rows < ROWS_MAX);
	state.rows[state.n_rows++] = row;
}

/* Returns the row whose path is this, also in a struct that is a part of layout's object. */
static const struct wire_field *find_row(const struct wire_layout *layout, const char *path)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *row = &layout->fields[i], *found = NULL;

		if (row->json && strcmp(row->json, path) == 0)
			return row;
		if (row->json && !*row->json && row->type == WIRE_NESTED)
			found = find_row(row->layout, path);
		if (found)
			return found;
	}
	return NULL;
}

static bool has_group(const struct wire_layout *layout, const char *prefix)
{
	for (size_t i = 0; i < layout->n; i++)
		if (layout->fields[i].json &&
		    strncmp(layout->fields[i].json, prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

static void check_struct(const struct at *at, const struct wire_layout *layout,
			 const struct idl_type *type)
{
	for (const struct idl_field *field = type->fields; field; field = field->next) {
		const struct wire_field *row;
		char path[64], group[80];
		struct at below = {at->name, at->is_answer, group};

		(void)snprintf(path, sizeof(path), "%s%s", at->prefix, field->name);
		(void)snprintf(group, sizeof(group), "%s.", path);
		row = find_row(layout, path);
		if (row)
			check_row(at, row, field);
		else if (inner(field->type)->kind == TYPE_STRUCT && has_group(layout, group))
			check_struct(&below, layout, inner(field->type));
		else if (!is_by_hand(at->name, field->name))
			tell("%s.%s has no row", at->name, field->name);
	}
}

/* --- rows without a field --- */

static void check_found(const struct wire_layout *layout)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *row = &layout->fields[i];

		if (row->json && *row->json && !is_found(row))
			tell("%s is no field of the interface", row->json);
		if (row->json && row->layout && row->form != FORM_MAP)
			check_found(row->layout);
	}
}

/* --- methods --- */

static const struct idl_field *field_of(const struct idl_type *type, const char *name)
{
	const struct idl_field *field = idl_find_field(type, name);

	if (!field)
		tell("%s is missing", name);
	return field;
}

/* A list of a request's or an answer's own. */
static void check_list(const char *name, const struct idl_type *type, const char *key,
		       const struct wire_layout *layout, bool is_answer)
{
	const struct idl_field *field = field_of(type, key);
	struct at at = {name, is_answer, ""};

	if (!field)
		return;
	if (inner(field->type)->kind != TYPE_ARRAY ||
	    !struct_fits(&at, layout, inner(field->type)->element))
		tell("%s.%s is no list of these", name, key);
	check_found(layout);
}

/* The columns of List: each is a field of the summaries. */
static void check_columns(void)
{
	size_t n = 0;

	for (; set_column_words[n]; n++)
		if (!find_row(&wire_summary_layout, set_column_words[n]))
			tell("%s is no column of these", set_column_words[n]);
	assert_int_equal(SET_COLUMN_ALL, (1U << n) - 1);
}

static void check_apply(const struct idl_type *type)
{
	const struct idl_field *lease = field_of(type, "lease");
	struct at at = {"Apply", false, ""};

	if (lease)
		check_row(&at, &wire_apply_layout.fields[0], lease);
	check_list("Apply", type, "networks", &wire_network_layout, false);
	check_list("Apply", type, "sets", &wire_create_layout, false);
	check_list("Apply", type, "links", &wire_link_layout, false);
}

/* Compares rows that are members of an answer beside lists. Returns their number. */
static size_t check_members(struct at *at, const struct wire_layout *layout,
			    const struct idl_type *type)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct idl_field *field = field_of(type, layout->fields[i].json);

		if (field)
			check_row(at, &layout->fields[i], field);
		else
			tell("%s.%s is no field", at->name, layout->fields[i].json);
	}
	return layout->n;
}

static void check_answer(const struct method *method, const struct idl_type *type)
{
	size_t parts = 0;

	for (const struct reply_part *part = method->reply; part->key; part++, parts++) {
		const struct wire_layout *view = part->view ? part->view : part->layout;
		const struct idl_field *field;
		struct at at = {method->name, true, ""};

		if (part->item) {
			check_list(method->name, type, part->key, view, true);
		} else if (*part->key) {
			field = field_of(type, part->key);
			if (field && !struct_fits(&at, view, field->type))
				tell("%s.%s is none of these", method->name, part->key);
		} else if (parts == 0) {
			check_struct(&at, view, type);
			return;
		} else {
			parts += check_members(&at, view, type) - 1;
		}
	}
	for (const struct idl_field *field = type->fields; field; field = field->next)
		if (parts > 0)
			parts--;
		else if (!is_by_hand(method->name, field->name))
			tell("%s.%s is answered by nothing", method->name, field->name);
}

/* Compares all methods. Returns the first thing that is wrong, or NULL. */
static const char *compare(const char *text)
{
	struct idl *idl;
	unsigned line = 0;

	memset(&state, 0, sizeof(state));
	if (idl_parse(text, &idl, &line) < 0)
		fail_msg("line %u of the description", line);
	for (size_t i = 0; idl_method_name(idl, i); i++) {
		const char *name = idl_method_name(idl, i);
		const struct method *method = method_find(name);
		const struct idl_method *described = idl_method(idl, name);
		struct at at = {name, false, ""};

		if (!method)
			continue;
		if (!method->put)
			check_struct(&at, method->layout, described->input);
		else
			check_apply(described->input);
		if (!method->encode)
			check_answer(method, described->output);
	}
	check_list("List", idl_method(idl, "List")->output, "summaries", &wire_summary_layout,
		   true);
	check_columns();
	for (size_t i = 0; idl_method_name(idl, i); i++) {
		const struct method *method = method_find(idl_method_name(idl, i));

		if (method && !method->put)
			check_found(method->layout);
		for (size_t j = 0; method && method->reply[j].key; j++)
			check_found(method->reply[j].view ? method->reply[j].view
							  : method->reply[j].layout);
	}
	for (size_t i = 0; i < ARRAY_SIZE(by_hand); i++)
		if (!state.used[i])
			tell("%s is no field any more", by_hand[i]);
	idl_free(idl);
	return *state.problem ? state.problem : NULL;
}

static void test_rows_agree_with_the_interface(void **state_ _unused_)
{
	const char *problem = compare(idl_text_nsctl);

	if (problem)
		fail_msg("%s", problem);
}

/* A range has a unit, which a refusal mentions. Some numbers have none. */
static void test_ranges_have_units(void **state_ _unused_)
{
	static const char *const counted[] = {"inside",
					      "outside",
					      "count",
					      "mode",
					      "limits.tasks",
					      "metric",
					      "mtu",
					      "hostPort",
					      "port",
					      "lastHostPort",
					      "owner",
					      "user",
					      "group",
					      "umask",
					      "number",
					      "schedulingPriority",
					      "ioPriority",
					      "coredumpFilter",
					      "exitStatus",
					      "signal",
					      "code",
					      "jt",
					      "jf"};

	assert_null(compare(idl_text_nsctl));
	for (size_t i = 0; i < state.n_rows; i++) {
		const struct wire_field *row = state.rows[i];
		bool number =
			row->type == WIRE_U32 || row->type == WIRE_U64 || row->type == WIRE_I64;
		size_t j = 0;

		if (!number || row->words || row->reason || row->form != 0 || row->by_daemon ||
		    (!row->limit && !row->lowest) || *unit_of(row)->name)
			continue;
		while (j < ARRAY_SIZE(counted) && strcmp(counted[j], row->json) != 0)
			j++;
		if (j == ARRAY_SIZE(counted))
			fail_msg("%s has a range without a unit", row->json);
	}
}

/* Returns text with the first old replaced. */
static char *replace(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	char *result = malloc(strlen(text) + strlen(new) + 1);

	assert_true(at && result);
	(void)sprintf(result, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
	return result;
}

static void test_each_difference_is_caught(void **state_ _unused_)
{
	static const struct {
		const char *old, *new, *problem;
	} rows[] = {
		{"hostname: ?string", "hostname: ?int", "SetSpec.hostname is of another type"},
		{"hostname: ?string,", "", "hostname is no field of the interface"},
		{"hostname: ?string", "hostName: ?string", "SetSpec.hostName has no row"},
		{"tasks: ?int", "threads: ?int", "SetSpec.threads has no row"},
		{"cpus: ?float", "cpus: ?int", "SetSpec.cpus is of another type"},
		{"rateBitsPerSecond: ?int", "rateBitsPerSecond: ?float",
		 "Impairment.rateBitsPerSecond is of another type"},
		{"(private, slave, shared)", "(slave, private, shared)",
		 "SetSpec.propagation is of another type"},
		{"(private, slave, shared)", "(private, slave, shared, other)",
		 "SetSpec.propagation is of another type"},
		{"uts, user, ipc", "user, uts, ipc", ".namespaces is of another type"},
		{"labels: ?[string]string,\n", "labels: ?[]string,\n",
		 "SetSpec.labels is of another type"},
		{"dns: ?[]string, publish", "dns: ?[]int, publish",
		 "SetSpec.dns is of another type"},
		{"cgroup: ?string", "cgroup: string, x: ?int", "Set.x has no row"},
		{"init: ?int", "init: int", "Set.init may be missing"},
		{"(expires: float)", "(expires: string)", "Renew.expires is of another type"},
		{"idleSeconds: ?float", "idleSeconds: ?string", ".idleSeconds is of another type"},
		{"(links: []Link)", "(links: []Network)", "has no row"},
		{"ownerName: ?string, id", "id", "Set.ownerName is no field any more"},
		{"set: ?string, network: ?string, host: ?bool,", "set: ?string, network: ?string,",
		 "LinkEnd.host is no field any more"},
		{"(sets: []Set, networks", "(more: ?int, sets: []Set, networks",
		 "Apply.parts is answered by nothing"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = replace(idl_text_nsctl, rows[i].old, rows[i].new);
		const char *problem = compare(text);

		if (!problem || !strstr(problem, rows[i].problem))
			fail_msg("%s as %s: %s", rows[i].old, rows[i].new,
				 problem ? problem : "unseen");
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_agree_with_the_interface),
		cmocka_unit_test(test_ranges_have_units),
		cmocka_unit_test(test_each_difference_is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
