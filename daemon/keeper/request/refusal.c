/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include "daemon/keeper/request/refusal.h"

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

/* As JSON: our own texts need no escapes; what would need one becomes a question mark. */
static void add_string(char *text, size_t *used, const char *string)
{
	add(text, used, "\"");
	for (; *string; string++)
		add(text, used, "%c",
		    *string < ' ' || *string > '~' || *string == '"' || *string == '\\' ? '?'
											: *string);
	add(text, used, "\"");
}

size_t refusal_write(const struct failure *failure, char ret[static REFUSAL_SIZE])
{
	const struct error_fields *fields = error_fields(failure->error);
	const char *separator = "";
	size_t used = 0;

	add(ret, &used, "{\"error\":\"%s\",\"parameters\":{", error_id(failure->error));
	if (fields->subject) {
		add(ret, &used, "\"%s\":", fields->subject);
		add_string(ret, &used, failure->subject);
		separator = ",";
	}
	if (fields->text) {
		add(ret, &used, "%s\"%s\":", separator, fields->text);
		add_string(ret, &used, failure->text);
		separator = ",";
	}
	if (fields->number)
		add(ret, &used, "%s\"%s\":%lld", separator, fields->number,
		    (long long)failure->number);
	add(ret, &used, "}}");
	return used + 1;
}
