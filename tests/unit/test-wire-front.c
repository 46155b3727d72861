/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which fields a front may fill, of every row of every layout that a request can hold: a field of
 * the daemon's own, filled by a front that has been taken over, makes the whole request malformed,
 * and so does a number or a string that a client may not say, and a string that is missing.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base.h"
#include "daemon/wire/egress.h"
#include "daemon/wire/layout.h"
#include "daemon/wire/message.h"

static const struct {
	const char *name;
	const struct wire_layout *layout;
} requests[] = {
	{"create", &wire_create_layout},   {"ask", &wire_ask_layout},
	{"list", &wire_list_layout},	   {"exec", &wire_exec_layout},
	{"run", &wire_run_layout},	   {"link", &wire_link_layout},
	{"network", &wire_network_layout}, {"apply", &wire_apply_layout},
	{"egress", &wire_egress_layout},
};

/* Fields that the daemon adds to a request, and that no client may give. */
static const struct {
	const struct wire_layout *layout;
	uint16_t attribute;
	const char *name;
} daemons[] = {
	{&wire_spec_layout, 26, "spec.lease.pid"},
	{&wire_spec_layout, 27, "spec.lease.start"},
	{&wire_link_layout, 6, "link.created"},
	{&wire_network_layout, 2, "network.owner"},
	{&wire_network_layout, 6, "network.created"},
	{&wire_network_layout, 7, "network.members"},
	{&wire_network_layout, 10, "network.expires"},
	{&wire_network_layout, 14, "network.has_refused"},
	{&wire_network_layout, 15, "network.refused"},
	{&wire_end_layout, 14, "end.state"},
	{&wire_end_layout, 15, "end.lacks"},
	{&wire_end_layout, 18, "end.device"},
	{&wire_end_layout, 19, "end.has_packets"},
	{&wire_end_layout, 20, "end.received"},
	{&wire_end_layout, 21, "end.sent"},
	{&spec_publish_layout, 6, "publish.chosen"},
	{&wire_lease_layout, 4, "lease.pid"},
	{&wire_lease_layout, 5, "lease.start"},
	{&wire_lease_layout, 7, "lease.pipe"},
	{&wire_lease_layout, 8, "lease.watcher_pid"},
	{&wire_lease_layout, 9, "lease.watcher_start"},
	{&wire_spec_layout, 33, "spec.lease.pipe"},
	{&wire_spec_layout, 34, "spec.lease.watcher_pid"},
	{&wire_spec_layout, 35, "spec.lease.watcher_start"},
};
static bool seen[ARRAY_SIZE(daemons)];

static bool is_daemons(const struct wire_layout *layout, uint16_t attribute)
{
	for (size_t i = 0; i < ARRAY_SIZE(daemons); i++)
		if (daemons[i].layout == layout && daemons[i].attribute == attribute) {
			seen[i] = true;
			return true;
		}
	return false;
}

/* The layouts from a request's own to the one whose row is tried: its fields' values are made from
 * the inside out. */
#define DEPTH_MAX 8
struct path {
	const struct wire_field *fields[DEPTH_MAX];
	size_t n;
};

/* The smallest value that a front may give a field, and that is not left out. */
static void fill_field(const struct wire_field *field, char *value)
{
	static const char *const texts[] = {"0123456789abcdef", "debug", "x"};
	void *at = value + field->offset;

	switch (field->type) {
	case WIRE_BOOL:
		*(bool *)at = true;
		break;
	case WIRE_U32:
		*(uint32_t *)at = MAX(field->lowest, UINT64_C(1));
		break;
	case WIRE_U64:
	case WIRE_I64:
		*(uint64_t *)at = MAX(field->lowest, UINT64_C(1));
		break;
	case WIRE_STRING:
		*(const char **)at = "x";
		for (size_t i = 0; field->is_valid && i < ARRAY_SIZE(texts); i++)
			if (field->is_valid(texts[i]))
				*(const char **)at = texts[i];
		break;
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		*(int *)at = 1;
		break;
	case WIRE_ARRAY:
		*(size_t *)(void *)(value + field->count_offset) = 1;
		wire_clear(field->layout, at);
		break;
	default:
		fail_msg("a request with a descriptor");
	}
}

/* Fills one field, by way of those that lead to it. */
static void fill_path(const struct path *path, size_t from, char *value)
{
	const struct wire_field *field = path->fields[from];

	if (from + 1 == path->n) {
		fill_field(field, value);
		return;
	}
	if (field->type == WIRE_ARRAY) {
		*(size_t *)(void *)(value + field->count_offset) = 1;
		wire_clear(field->layout, value + field->offset);
	}
	fill_path(path, from + 1, value + field->offset);
}

/* Returns the place of the path's last field in the value. */
static char *place_of(const struct path *path, char *value)
{
	for (size_t i = 0; i < path->n; i++)
		value += path->fields[i]->offset;
	return value;
}

static struct wire_writer writer;
static struct wire_message message;
static size_t n_ranges, n_texts, n_lists;

/* Decodes a request that has only this field, with its smallest value or with these bytes. Returns
 * the result. */
static int decode_bytes(const struct wire_layout *layout, const struct path *path, bool of_front,
			const void *bytes, size_t n)
{
	char *value = malloc(layout->size), *got = malloc(layout->size);
	int r;

	assert_true(value && got);
	memset(value, 0, layout->size);
	wire_clear(layout, value);
	fill_path(path, 0, value);
	memcpy(place_of(path, value), bytes, n);
	wire_begin(&writer, WIRE_CREATE, 0, 1, 1);
	wire_put(&writer, layout, value);
	assert_false(writer.overflow);
	memcpy(message.header, writer.buffer, writer.buffer->header.nlmsg_len);
	message.of_front = of_front;
	r = wire_decode(&message, layout, got);
	free(value);
	free(got);
	return r;
}

static int decode_only(const struct wire_layout *layout, const struct path *path, bool of_front)
{
	return decode_bytes(layout, path, of_front, "", 0);
}

static int decode_number(const struct wire_layout *layout, const struct path *path, bool of_front,
			 const uint64_t *number)
{
	const struct wire_field *field = path->fields[path->n - 1];

	return decode_bytes(layout, path, of_front, number,
			    field->type == WIRE_U32 ? sizeof(uint32_t) : sizeof(uint64_t));
}

static int decode_text(const struct wire_layout *layout, const struct path *path, bool of_front,
		       const char *text)
{
	return decode_bytes(layout, path, of_front, &text, sizeof(text));
}

/* A number below the lowest is taken from the daemon's own records alone; one above the limit from
 * nothing. */
static void check_range(const char *name, const struct wire_layout *request,
			const struct path *path)
{
	const struct wire_field *field = path->fields[path->n - 1];
	const uint64_t low = field->lowest - 1, high = field->limit + 1, negative = -high;

	if (field->type != WIRE_U32 && field->type != WIRE_U64 && field->type != WIRE_I64)
		return;
	if (field->lowest > 1) {
		n_ranges++;
		assert_int_equal(decode_number(request, path, false, &low), 0);
		if (decode_number(request, path, true, &low) != -EBADMSG)
			fail_msg("%s: a front's attribute %u of depth %zu is below its lowest",
				 name, field->attribute, path->n);
	}
	if (field->limit && (decode_number(request, path, false, &high) != -EBADMSG ||
			     (field->type == WIRE_I64 &&
			      decode_number(request, path, false, &negative) != -EBADMSG)))
		fail_msg("%s: attribute %u of depth %zu is taken above its limit", name,
			 field->attribute, path->n);
}

/* A string that is not valid is no front's. */
static void check_valid(const char *name, const struct wire_layout *request,
			const struct path *path)
{
	const struct wire_field *field = path->fields[path->n - 1];

	if (field->type != WIRE_STRING || !field->is_valid)
		return;
	n_texts++;
	assert_false(field->is_valid("/"));
	assert_int_equal(decode_text(request, path, false, "/"), 0);
	if (decode_text(request, path, true, "/") != -EBADMSG)
		fail_msg("%s: a front's attribute %u of depth %zu is no valid string", name,
			 field->attribute, path->n);
}

/* Returns true for a list of strings, of which none may be empty: fill_field() makes an element
 * without a string, which is no front's. */
static bool is_list_of_strings(const struct wire_field *field)
{
	const struct wire_layout *layout = field->type == WIRE_ARRAY ? field->layout : NULL;
	bool is = layout && layout->n == 1 && layout->fields->type == WIRE_STRING &&
		  layout->fields->form != FORM_MAYBE_EMPTY;

	n_lists += is;
	return is;
}

static void check_rows(const char *name, const struct wire_layout *request,
		       const struct wire_layout *layout, struct path *path, bool inside_daemons)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *field = &layout->fields[i];
		bool daemon = is_daemons(layout, field->attribute) || inside_daemons;

		assert_true(path->n < DEPTH_MAX);
		path->fields[path->n++] = field;
		if (field->type != WIRE_NESTED) {
			bool refused = is_list_of_strings(field) || daemon;

			assert_int_equal(decode_only(request, path, false), 0);
			if (decode_only(request, path, true) != (refused ? -EBADMSG : 0))
				fail_msg("%s: a front's attribute %u of depth %zu is %s", name,
					 field->attribute, path->n, refused ? "taken" : "refused");
			check_range(name, request, path);
			check_valid(name, request, path);
		}
		if (field->type == WIRE_NESTED || field->type == WIRE_ARRAY)
			check_rows(name, request, field->layout, path, daemon);
		path->n--;
	}
}

static void test_front_may_not_fill_fields_of_the_daemon(void **state _unused_)
{
	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init(&message), 0);
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		struct path path = {};

		check_rows(requests[i].name, requests[i].layout, requests[i].layout, &path, false);
	}
	for (size_t i = 0; i < ARRAY_SIZE(daemons); i++)
		if (!seen[i])
			fail_msg("no request holds %s any more", daemons[i].name);
	assert_true(n_ranges > 5 && n_texts > 5 && n_lists > 5);
	wire_writer_done(&writer);
	wire_message_done(&message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_front_may_not_fill_fields_of_the_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
