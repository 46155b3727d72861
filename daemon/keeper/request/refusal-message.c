/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <string.h>
#include "daemon/keeper/request/refusal-message.h"

static void add(char *text, size_t *used, const char *format, ...) _printf_(3, 4);
static void add(char *text, size_t *used, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text + *used, REFUSAL_SIZE - *used, format, arguments);
	va_end(arguments);
	*used = MIN(*used + MAX(n, 0), (size_t)REFUSAL_SIZE - 1);
}

/* Appends a JSON string. The texts of errors are printable ASCII; every other byte, and a quote or
 * a backslash, becomes a question mark, so that nothing has to be escaped. */
static void add_string(char *text, size_t *used, const char *string)
{
	add(text, used, "\"");
	for (; *string; string++)
		add(text, used, "%c",
		    *string < ' ' || *string > '~' || *string == '"' || *string == '\\' ? '?'
											: *string);
	add(text, used, "\"");
}

static void add_parameter(char *text, size_t *used, const char *name, const char *string)
{
	if (!name || !string)
		return;
	add(text, used, "%s\"%s\":", text[*used - 1] == '{' ? "" : ",", name);
	add_string(text, used, string);
}

size_t refusal_write(const struct failure *failure, char ret[static REFUSAL_SIZE])
{
	const struct error_fields *fields = error_fields(failure->error);
	size_t used = 0;

	add(ret, &used, "{\"error\":\"%s\",\"parameters\":{", error_id(failure->error));
	add_parameter(ret, &used, fields->subject, failure->subject);
	add_parameter(ret, &used, fields->text, failure->text);
	add_parameter(ret, &used, fields->errno_name, strerrorname_np(failure->number));
	if (fields->number)
		add(ret, &used, ",\"%s\":%lld", fields->number, (long long)failure->number);
	add(ret, &used, "}}");
	return used + 1;
}
