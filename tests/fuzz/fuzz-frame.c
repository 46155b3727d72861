/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Passes any bytes to the front's parsers, up to the handler. The first byte determines how the
 * others are cut into pieces; these go through frame, message, exchange and the check against
 * org.nsctl, as in the front. A message that was parsed can be packed and parsed again.
 */
#include <string.h>

#include "base.h"
#include "protocol/exchange.h"
#include "protocol/frame.h"
#include "protocol/idl.h"
#include "protocol/message.h"
#include "tests/fuzz/fuzz.h"

/* small, so that the fuzzer finds it */
#define LIMIT 3000

/* Parsed once, and reachable to the end. */
static const struct idl *get_idl(void)
{
	static struct idl *idl;

	if (!idl)
		must(idl_parse(idl_text_nsctl, &idl, NULL) == 0);
	return idl;
}

static void check_again(const struct message_call *call)
{
	struct message_call again;
	char *text;
	size_t size;

	must(message_pack_call(call->method, call->parameters, call->more, call->oneway, &text,
			       &size) == 0);
	must(text[size - 1] == '\0' && strlen(text) == size - 1);
	must(message_parse_call(text, size - 1, &again) == 0);
	must(strcmp(again.method, call->method) == 0);
	must(again.more == call->more && again.oneway == call->oneway);
	message_call_done(&again);
	free(text);
}

static void check_parameters(const struct message_call *call)
{
	const struct idl *idl = get_idl();
	const struct idl_method *method = NULL;
	const char *dot = strrchr(call->method, '.');
	char path[IDL_PATH_SIZE];

	if (dot)
		method = idl_method(idl, dot + 1);
	if (!method)
		method = idl_method(idl, "Apply");
	must(method);
	if (!idl_check_input(idl, method, call->parameters, path)) {
		/* the name is sent back, so jansson must accept it as a string */
		json_t *string = json_string(path);

		must(string);
		json_decref(string);
	}
	(void)idl_check_output(idl, method, call->parameters, path);
}

/* False when the connection would be closed. */
static bool take_message(const struct frame *frame, struct exchange *exchange)
{
	struct message_reply reply;
	struct message_call call;
	int r;

	must(strlen(frame->data) == frame->used && frame->used <= LIMIT);
	if (message_parse_reply(frame->data, frame->used, &reply) == 0)
		message_reply_done(&reply);
	r = message_parse_call(frame->data, frame->used, &call);
	/* no text may look like a lack of memory */
	must(r >= 0);
	if (r != 0)
		return false;
	must(exchange_begin(exchange, call.more, call.oneway));
	check_again(&call);
	check_parameters(&call);
	if (call.more)
		must(exchange_reply(exchange, true) != EXCHANGE_WRONG);
	must(exchange_reply(exchange, false) == (call.oneway ? EXCHANGE_SWALLOW : EXCHANGE_SEND));
	must(exchange_reply(exchange, false) == EXCHANGE_WRONG);
	message_call_done(&call);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct exchange exchange = {0};
	struct frame frame;
	uint32_t random;
	bool open = true;

	if (size == 0)
		return 0;
	random = data[0];
	frame_init(&frame, LIMIT);
	for (size_t at = 1; open && at < size;) {
		size_t n = 1 + (random >> 16) % 61, taken = SIZE_MAX;
		int r;

		/* 0: all at once */
		n = data[0] ? MIN(n, size - at) : size - at;
		random = random * 1103515245 + 12345;
		r = frame_feed(&frame, (const char *)data + at, n, &taken);
		if (r != 0) {
			must(r == FRAME_TOO_LONG && taken == SIZE_MAX);
			break;
		}
		must(taken > 0 && taken <= n && (taken == n || frame.complete));
		at += taken;
		if (frame.complete) {
			open = take_message(&frame, &exchange);
			frame_next(&frame);
		}
	}
	frame_done(&frame);
	return 0;
}
