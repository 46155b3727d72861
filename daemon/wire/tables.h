/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How the tables of layout.c and task.c are written: one row a line, LAYOUT() after each.
 */
#ifndef NSCTL_WIRE_TABLES_H
#define NSCTL_WIRE_TABLES_H

#include "daemon/wire/codec.h"

#define LAYOUT(type)                               \
	const struct wire_layout type##_layout = { \
		.size = sizeof(struct type),       \
		.n = ARRAY_SIZE(type##_fields),    \
		.fields = type##_fields,           \
	}
#define ROW(n, kind, record, member, bound)                 \
	.attribute = (n), .type = (kind), .limit = (bound), \
	.offset = offsetof(struct record, member)
#define FIELD(n, kind, record, member, bound)        \
	{                                            \
		ROW(n, kind, record, member, bound), \
	}
#define BOOL(n, record, member) FIELD(n, WIRE_BOOL, record, member, 0)
#define U32(n, record, member, bound) FIELD(n, WIRE_U32, record, member, bound)
#define U64(n, record, member, bound) FIELD(n, WIRE_U64, record, member, bound)
#define I64(n, record, member) FIELD(n, WIRE_I64, record, member, 0)
#define STRING(n, record, member, bound) FIELD(n, WIRE_STRING, record, member, bound)
#define FD(n, record, member) FIELD(n, WIRE_FD, record, member, 0)
#define HANDLE(n, record, member) FIELD(n, WIRE_HANDLE, record, member, 0)
#define PROCESS(n, record, member) FIELD(n, WIRE_PROCESS, record, member, 0)
/* What the daemon alone may fill: a front that does has broken the rules. */
#define DAEMON_FIELD(n, kind, record, member, bound)                    \
	{                                                               \
		ROW(n, kind, record, member, bound), .by_daemon = true, \
	}
#define DAEMON_U32(n, record, member, bound) DAEMON_FIELD(n, WIRE_U32, record, member, bound)
#define DAEMON_U64(n, record, member, bound) DAEMON_FIELD(n, WIRE_U64, record, member, bound)
#define DAEMON_STRING(n, record, member, bound) DAEMON_FIELD(n, WIRE_STRING, record, member, bound)
#define DAEMON_ARRAY(n, record, member, inner, bound)                                           \
	{                                                                                       \
		.by_daemon = true, .attribute = (n), .type = WIRE_ARRAY, .limit = (bound),      \
		.offset = offsetof(struct record, member),                                      \
		.count_offset = offsetof(struct record, n_##member), .layout = &inner##_layout, \
	}
#define NESTED(n, record, member, inner)                                                          \
	{                                                                                         \
		.attribute = (n), .type = WIRE_NESTED, .offset = offsetof(struct record, member), \
		.layout = &inner##_layout,                                                        \
	}
#define ARRAY(n, record, member, inner, bound)                                                  \
	{                                                                                       \
		.attribute = (n), .type = WIRE_ARRAY, .limit = (bound),                         \
		.offset = offsetof(struct record, member),                                      \
		.count_offset = offsetof(struct record, n_##member), .layout = &inner##_layout, \
	}
#define LARGE_ARRAY(n, record, member, inner, bound)                                            \
	{                                                                                       \
		.large = true, .attribute = (n), .type = WIRE_ARRAY, .limit = (bound),          \
		.offset = offsetof(struct record, member),                                      \
		.count_offset = offsetof(struct record, n_##member), .layout = &inner##_layout, \
	}

#endif
