/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Macros for the tables of layouts: LAYOUT(TYPE, ROW, ...) makes TYPE_layout, with one row in each
 * line.
 */
#pragma once

#define LAYOUT(type, ...) LAYOUT_AS(type##_layout, type, __VA_ARGS__)
#define LAYOUT_AS(name, type, ...)                                           \
	const struct wire_layout name = {                                    \
		.size = sizeof(struct type),                                 \
		.n = ARRAY_SIZE(((const struct wire_field[]){__VA_ARGS__})), \
		.fields = (const struct wire_field[]){__VA_ARGS__},          \
	}
/* A row has its own arguments, and then designated initialisers, which the macros below make. */
#define ROW(n, kind, record, member, bound, ...)                                             \
	{                                                                                    \
		.attribute = (n), .type = (kind), .offset = offsetof(struct record, member), \
		.limit = (bound), ##__VA_ARGS__                                              \
	}
#define BOOL(n, record, member, ...) ROW(n, WIRE_BOOL, record, member, 0, ##__VA_ARGS__)
#define U32(n, record, member, bound, ...) ROW(n, WIRE_U32, record, member, bound, ##__VA_ARGS__)
#define U64(n, record, member, bound, ...) ROW(n, WIRE_U64, record, member, bound, ##__VA_ARGS__)
#define I64(n, record, member, bound, ...) ROW(n, WIRE_I64, record, member, bound, ##__VA_ARGS__)
#define STRING(n, record, member, bound, ...) \
	ROW(n, WIRE_STRING, record, member, bound, ##__VA_ARGS__)
#define FD(n, record, member, ...) ROW(n, WIRE_FD, record, member, 0, ##__VA_ARGS__)
#define HANDLE(n, record, member, ...) ROW(n, WIRE_HANDLE, record, member, 0, ##__VA_ARGS__)
#define PROCESS(n, record, member, ...) ROW(n, WIRE_PROCESS, record, member, 0, ##__VA_ARGS__)
#define PIPE(n, record, member, ...) ROW(n, WIRE_PIPE, record, member, 0, ##__VA_ARGS__)
#define NESTED(n, record, member, inner, ...) \
	ROW(n, WIRE_NESTED, record, member, 0, .layout = &inner##_layout, ##__VA_ARGS__)
#define ARRAY(n, record, member, inner, bound, ...)                                         \
	ROW(n, WIRE_ARRAY, record, member, bound,                                           \
	    .count_offset = offsetof(struct record, n_##member), .layout = &inner##_layout, \
	    ##__VA_ARGS__)
/* An array in a struct that is a member of the record. */
#define INNER_ARRAY(n, record, part, member, inner, bound, ...)                                  \
	ROW(n, WIRE_ARRAY, record, part.member, bound,                                           \
	    .count_offset = offsetof(struct record, part.n_##member), .layout = &inner##_layout, \
	    .large = true, ##__VA_ARGS__)
#define LARGE_ARRAY(n, record, member, inner, bound, ...) \
	ARRAY(n, record, member, inner, bound, .large = true, ##__VA_ARGS__)

/* Only the daemon may fill this field; a front that fills it breaks the rules. */
#define DAEMON .by_daemon = true

/* Path of the field's member in JSON, and whether each answer has that member. */
#define JSON(path) .json = (path)
#define ALWAYS(path) .json = (path), .always = true
#define WORD(list) .form = FORM_WORD, .words = (list)
#define SWITCH .form = FORM_SWITCH
#define NOT .form = FORM_NOT
#define MAYBE_EMPTY .form = FORM_MAYBE_EMPTY
#define MAP .form = FORM_MAP
#define KINDS                                    \
	.form = FORM_WORDS, .words = kind_words, \
	.reason = "must not be empty: leave it out for the default"
#define UNIT(name) .unit = UNIT_##name
#define LOWEST(number) .lowest = (number)
#define GIVEN(record, member) .with_given = true, .given_offset = offsetof(struct record, member)
#define GIVEN_BITS(record, member, bits) GIVEN(record, member), .given_bits = (bits)
#define REASON(text) .reason = (text)
#define NEEDS(kinds) .needs = (kinds)
#define NAME .is_valid = name_is_valid, .reason = NAME_REASON
#define SESSION .is_valid = id_is_valid, .reason = SESSION_REASON

/* Reasons in the rows of a lease, which are in two tables. */
#define LEASE_PROCESS REASON("is for answers: processFileDescriptor says which")
#define LEASE_PIPE REASON("is for answers: pipeFileDescriptor says which")
