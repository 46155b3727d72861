/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/client.h"

#include <stdarg.h>

#include "client/memory.h"
#include "client/print.h"
#include "client/text.h"
#include "protocol/kind.h"

int client_problem(const struct client *client, const char *subject, const char *format, ...)
{
	_cleanup_text_ struct text text = {0};
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&text, format, arguments);
	va_end(arguments);
	print_problem("%s%s%s%s%s", client->verb ? client->verb : "", subject ? " " : "",
		      subject ? subject : "", client->verb || subject ? ": " : "", text.data);
	return STATUS_FAILED;
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, must(value)) < 0)
		out_of_memory();
}

void json_push(json_t *array, json_t *value)
{
	if (json_array_append_new(array, must(value)) < 0)
		out_of_memory();
}

json_t *json_member(json_t *object, const char *key, json_t *(*make)(void))
{
	if (!json_object_get(object, key))
		json_put(object, key, make());
	return json_object_get(object, key);
}

json_t *json_kinds(uint32_t kinds)
{
	json_t *names = must(json_array());

	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (kinds & KIND_BIT(kind))
			json_push(names, json_string(kind_name(kind)));
	return names;
}

const char *json_text(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : otherwise;
}
