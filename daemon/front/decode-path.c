/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include "daemon/front/decode-path.h"

const json_t *decode_member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

size_t decode_enter(struct decoding *decoding, const char *key)
{
	size_t n = strlen(decoding->path);

	if (*key)
		(void)snprintf(decoding->path + n, sizeof(decoding->path) - n, "%s%s",
			       n > 0 ? "." : "", key);
	return n;
}

size_t decode_enter_index(struct decoding *decoding, size_t index)
{
	size_t n = strlen(decoding->path);

	(void)snprintf(decoding->path + n, sizeof(decoding->path) - n, "[%zu]", index);
	return n;
}

void decode_leave(struct decoding *decoding, size_t length)
{
	decoding->path[length] = '\0';
}

int decode_refuse(struct decoding *decoding, const char *format, ...)
{
	char reason[200];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return failure_set(&decoding->failure, ERROR_INVALID_VALUE, 0, decoding->path, "%s",
			   reason);
}

int decode_refuse_at(struct decoding *decoding, const char *key, const char *reason)
{
	size_t above = decode_enter(decoding, key);
	int r = decode_refuse(decoding, "%s", reason);

	decode_leave(decoding, above);
	return r;
}
