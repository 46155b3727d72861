/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of the named failures: their Varlink ids, and the names of their parameters. A test
 * compares it with the .varlink files. The functions keep no state, never log, and parse no
 * messages. The code that fills in a failure decides which text the client sees.
 */
#include "protocol/error.h"

#include <assert.h>
#include <stdarg.h>

/* MAX_ERRNO of Linux (include/linux/err.h) */
#define ERRNO_MAX 4095

static const struct {
	const char *id;
	struct error_fields fields;
} errors_known[ERROR_COUNT] = {
	[ERROR_NOT_FOUND] = {"org.nsctl.NotFound", {.subject = "what", .text = "name"}},
	[ERROR_EXISTS] = {"org.nsctl.Exists", {.subject = "what", .text = "name"}},
	[ERROR_BUSY] = {"org.nsctl.Busy", {.subject = "state", .text = "name"}},
	[ERROR_INVALID_VALUE] = {"org.nsctl.InvalidValue", {.subject = "field", .text = "reason"}},
	[ERROR_NOT_PERMITTED] = {"org.nsctl.NotPermitted", {.subject = "what", .text = "reason"}},
	[ERROR_LIMIT_EXCEEDED] = {"org.nsctl.LimitExceeded",
				  {.subject = "limit", .number = "value"}},
	[ERROR_SYSTEM] = {"org.nsctl.SystemError",
			  {.subject = "what", .number = "errno", .errno_name = "errnoName"}},
	[ERROR_NOT_SUPPORTED] = {"org.nsctl.NotSupported",
				 {.subject = "feature", .text = "reason"}},
	[ERROR_EVENTS_LOST] = {"org.nsctl.EventsLost", {0}},
	[ERROR_INTERFACE_NOT_FOUND] = {"org.varlink.service.InterfaceNotFound",
				       {.subject = "interface"}},
	[ERROR_METHOD_NOT_FOUND] = {"org.varlink.service.MethodNotFound", {.subject = "method"}},
	[ERROR_METHOD_NOT_IMPLEMENTED] = {"org.varlink.service.MethodNotImplemented",
					  {.subject = "method"}},
	[ERROR_INVALID_PARAMETER] = {"org.varlink.service.InvalidParameter",
				     {.subject = "parameter"}},
	[ERROR_PERMISSION_DENIED] = {"org.varlink.service.PermissionDenied", {0}},
	[ERROR_EXPECTED_MORE] = {"org.varlink.service.ExpectedMore", {0}},
};

/* Copies as much of source as fits, and cuts only between characters: jansson refuses a string that
 * is not UTF-8, so half a character would cost the client the whole reply. */
static void copy_cut(char *target, size_t size, const char *source)
{
	size_t n = strnlen(source, size);

	if (n == size) {
		n--;
		while (n > 0 && ((unsigned char)source[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(target, source, n);
	target[n] = '\0';
}

int failure_set(struct failure *ret, enum nsctl_error error, int64_t number, const char *subject,
		const char *format, ...)
{
	/* subject and the arguments may point into *ret, so *ret is written last. text has one byte
	 * more than failure.text, so that copy_cut() notices when it must cut. */
	struct failure failure = {.error = error, .number = number};
	char text[sizeof(failure.text) + 1] = "";

	if (subject)
		copy_cut(failure.subject, sizeof(failure.subject), subject);
	if (format) {
		va_list args;

		va_start(args, format);
		if (vsnprintf(text, sizeof(text), format, args) < 0)
			text[0] = '\0';
		va_end(args);
		copy_cut(failure.text, sizeof(failure.text), text);
	}
	*ret = failure;
	return (int)error;
}

void failure_within(struct failure *failure, const char *prefix)
{
	char path[2 * sizeof(failure->subject)];

	if (failure->error != ERROR_INVALID_VALUE && failure->error != ERROR_INVALID_PARAMETER)
		return;
	(void)snprintf(path, sizeof(path), "%s%s", prefix, failure->subject);
	copy_cut(failure->subject, sizeof(failure->subject), path);
}

int failure_from_errno(struct failure *ret, int negative, const char *what)
{
	int number = negative < 0 && negative >= -ERRNO_MAX ? -negative : EIO;

	return failure_set(ret, ERROR_SYSTEM, number, what, NULL);
}

const char *error_id(enum nsctl_error error)
{
	assert((int)error > ERROR_NONE && (int)error < ERROR_COUNT);
	return errors_known[error].id;
}

enum nsctl_error error_from_id(const char *id)
{
	for (int i = ERROR_NONE + 1; i < ERROR_COUNT; i++)
		if (strcmp(errors_known[i].id, id) == 0)
			return (enum nsctl_error)i;
	return ERROR_NONE;
}

const struct error_fields *error_fields(enum nsctl_error error)
{
	assert((int)error > ERROR_NONE && (int)error < ERROR_COUNT);
	return &errors_known[error].fields;
}
