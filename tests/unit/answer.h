/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON, and messages as the keeper sends them, for the tests of the front's conversions. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base.h"
#include "daemon/front/encode.h"
#include "daemon/wire/message.h"

static inline json_t *parse(const char *text)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	if (!json)
		fail_msg("no JSON: %s", text);
	return json;
}

/* A message as the keeper sends it. */
struct answer {
	struct wire_writer writer;
	struct wire_message message;
	struct reply_fds fds;
};

static inline void answer_begin(struct answer *answer)
{
	answer->fds.n = 0;
	assert_int_equal(wire_writer_init(&answer->writer, WIRE_SIZE_MAX), 0);
	wire_begin(&answer->writer, WIRE_GET, WIRE_REPLY, 1, 1);
}

static inline struct wire_message *answer_message(struct answer *answer)
{
	size_t size = answer->writer.buffer->header.nlmsg_len;

	assert_false(answer->writer.overflow);
	answer->message = (struct wire_message){.header = malloc(size)};
	assert_non_null(answer->message.header);
	memcpy(answer->message.header, answer->writer.buffer, size);
	answer->message.n_fds = answer->writer.n_fds;
	for (size_t i = 0; i < answer->writer.n_fds; i++)
		answer->message.fds[i] = answer->writer.fds[i];
	return &answer->message;
}

static inline void answer_done(struct answer *answer)
{
	/* its descriptors are numbers that were never opened */
	answer->message.n_fds = 0;
	wire_message_done(&answer->message);
	wire_writer_done(&answer->writer);
}
