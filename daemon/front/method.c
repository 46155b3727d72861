/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/method.h"
#include "daemon/front/reply.h"

/* The meaning, for the front, of the last columns of protocol/methods.h. */
#define REPLY(key, record) .reply = {PART(key, 0, record)}
#define REPLY_VIEW(record, view) .reply = {PART_VIEW("", 0, record, view)}
#define REPLY_LIST(key, item, record) .reply = {PART(key, item, record)}
#define REPLY_PARTS(...) .reply = {__VA_ARGS__}
#define PART(key, item, record)                                    \
	{                                                          \
		key, (item) + FITS(record), &record##_layout, NULL \
	}
#define PART_VIEW(key, item, record, view)                            \
	{                                                             \
		key, (item) + FITS(record), &record##_layout, &(view) \
	}
/* 0; does not compile if a reply's struct has no room in encode.c. */
#define FITS(record)                                                                       \
	(0 * sizeof(struct {                                                               \
		 int fits : sizeof(struct record) <= sizeof(union encode_record) ? 1 : -1; \
	 }))
#define REPLY_BY(function) .encode = (function)
#define ASKED_BY(function) .put = (function)
#define NOTHING .encode = NULL

#define ROW(method_op, method_name, record, handler, class, method_flags, done, ...) \
	{.name = (method_name),                                                      \
	 .op = WIRE_##method_op,                                                     \
	 .layout = &record##_layout,                                                 \
	 .flags = (method_flags),                                                    \
	 __VA_ARGS__},
static const struct method methods[] = {METHODS(ROW)};

const struct method *method_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}
