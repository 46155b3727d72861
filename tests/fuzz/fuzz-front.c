/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decodes any call, given as "METHOD PARAMETERS". The front's result must be well formed for the
 * keeper, which ends a front that sends anything else. So no client can evade the rules of the
 * rows.
 */
#include <string.h>

#include "base.h"
#include "daemon/front/method.h"
#include "protocol/idl.h"
#include "tests/fuzz/fuzz.h"

/* Descriptors that are never opened. */
#define FIRST_FD 100000
#define FDS_MAX 8

static struct idl *get_idl(void)
{
	static struct idl *idl;
	unsigned line;

	if (!idl)
		must(idl_parse(idl_text_nsctl, &idl, &line) == 0);
	return idl;
}

/* The request as the keeper reads it. */
static void check_request(const struct method *method, struct wire_writer *writer)
{
	static const struct {
		enum wire_item item;
		const struct wire_layout *layout;
	} items[] = {{WIRE_ITEM_NETWORK, &wire_network_layout},
		     {WIRE_ITEM_CREATE, &wire_create_layout},
		     {WIRE_ITEM_LINK, &wire_link_layout}};
	static union method_request request;
	struct wire_message message = {.header = &writer->buffer->header, .of_front = true};
	struct wire_apply apply;

	if (method->layout) {
		must(wire_decode(&message, method->layout, &request) == 0);
		return;
	}
	must(wire_decode(&message, &wire_apply_layout, &apply) == 0);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		const struct nlattr *at = NULL;
		int r;

		do
			r = wire_next_item(&message, items[i].item, &at, items[i].layout, &request);
		while (r == 1);
		must(r == 0);
	}
}

static void check_call(const struct method *method, const json_t *parameters)
{
	static union method_request request;
	int numbers[FDS_MAX];
	struct fd_list fds = {.fds = numbers, .n = FDS_MAX};
	struct decoding decoding = {.fds = &fds, .memory_fd = -1};
	struct wire_handles handles = {};
	struct wire_writer writer;
	int r;

	for (size_t i = 0; i < FDS_MAX; i++)
		numbers[i] = FIRST_FD + (int)i;
	must(wire_writer_init(&writer, WIRE_SIZE_MAX) == 0);
	writer.handles = &handles;
	wire_begin(&writer, method->op, 0, 1, 1);
	if (method->layout) {
		wire_clear(method->layout, &request);
		r = decode_request(&decoding, method->layout, parameters, &request);
		if (r == 0)
			wire_put(&writer, method->layout, &request);
	} else {
		r = method->put(&decoding, parameters, &writer);
	}
	must(r == (int)decoding.failure.error && (r == 0 || *decoding.failure.text));
	must(!*decoding.path || r);
	if (r == 0 && !writer.overflow)
		check_request(method, &writer);
	close_fd(decoding.memory_fd);
	wire_writer_done(&writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *blank = size ? memchr(data, ' ', MIN(size, (size_t)32)) : NULL;
	const struct method *method;
	char name[33], path[IDL_PATH_SIZE];
	json_t *parameters;

	if (!blank)
		return 0;
	(void)snprintf(name, sizeof(name), "%.*s", (int)(blank - data), (const char *)data);
	method = method_find(name);
	parameters = json_loadb((const char *)blank, size - (blank - data), JSON_REJECT_DUPLICATES,
				NULL);
	if (method && parameters &&
	    idl_check_input(get_idl(), idl_method(get_idl(), name), parameters, path))
		check_call(method, parameters);
	json_decref(parameters);
	return 0;
}
