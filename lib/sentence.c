/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See sentence.h. The fields that an error has are read by the names in protocol/error.c. */
#include "lib/sentence.h"

#include "protocol/error.h"

/* MAX_ERRNO of Linux (include/linux/err.h) */
#define ERRNO_MAX 4095

static const char *text_of(const json_t *parameters, const char *key)
{
	const char *text = key ? json_string_value(json_object_get(parameters, key)) : NULL;

	return text ? text : "?";
}

static int64_t number_of(const json_t *parameters, const char *key)
{
	return key ? json_integer_value(json_object_get(parameters, key)) : 0;
}

/* Returns the kernel's error in a SystemError, or 0. */
static int system_errno(const json_t *parameters)
{
	int64_t number = number_of(parameters, error_fields(ERROR_SYSTEM)->number);

	return number > 0 && number <= ERRNO_MAX ? (int)number : 0;
}

static int say_system(char **ret, const json_t *parameters, const char *what)
{
	int number = system_errno(parameters);
	const char *words = number ? strerrordesc_np(number) : NULL;
	const char *name = text_of(parameters, error_fields(ERROR_SYSTEM)->errno_name);

	if (strcmp(what, "?") == 0)
		what = "the operation failed";
	return words ? asprintf(ret, "%s: %s (%s)", what, words, name)
		     : asprintf(ret, "%s: %s", what, name);
}

static int say(char **ret, enum nsctl_error error, const json_t *parameters)
{
	const struct error_fields *fields = error_fields(error);
	const char *what = text_of(parameters, fields->subject);
	const char *text = text_of(parameters, fields->text);

	switch (error) {
	case ERROR_NOT_FOUND:
		return asprintf(ret, "there is no %s called %s", what, text);
	case ERROR_EXISTS:
		return asprintf(ret, "there is already a %s called %s", what, text);
	case ERROR_BUSY:
		return asprintf(ret, "%s is %s", text, what);
	case ERROR_INVALID_VALUE:
		return asprintf(ret, "%s: %s", what, text);
	case ERROR_NOT_PERMITTED:
		return asprintf(ret, "not permitted: %s: %s", what, text);
	case ERROR_LIMIT_EXCEEDED:
		return asprintf(ret, "the limit on %s (%lld) is reached", what,
				(long long)number_of(parameters, fields->number));
	case ERROR_SYSTEM:
		return say_system(ret, parameters, what);
	case ERROR_NOT_SUPPORTED:
		return asprintf(ret, "not supported: %s: %s", what, text);
	case ERROR_EVENTS_LOST:
		return asprintf(ret, "events were lost, because they were read too slowly");
	case ERROR_INVALID_PARAMETER:
		return asprintf(ret,
				"nsctld does not accept %s: missing, unknown, or of another type",
				what);
	case ERROR_INTERFACE_NOT_FOUND:
	case ERROR_METHOD_NOT_FOUND:
	case ERROR_METHOD_NOT_IMPLEMENTED:
		return asprintf(ret, "nsctld does not have %s", what);
	case ERROR_PERMISSION_DENIED:
		return asprintf(ret, "permission denied by nsctld");
	case ERROR_EXPECTED_MORE:
		return asprintf(ret, "the answer may be several replies: ask for more than one");
	default:
		return asprintf(ret, "%s", error_id(error));
	}
}

char *sentence_of(const char *id, const json_t *parameters)
{
	enum nsctl_error error = error_from_id(id);
	char *sentence = NULL, *details;
	int n;

	if (error != ERROR_NONE) {
		n = say(&sentence, error, parameters);
		return n < 0 ? NULL : sentence;
	}
	details = json_dumps(parameters, JSON_COMPACT);
	n = asprintf(&sentence, "%s %s", id, details ? details : "");
	free(details);
	return n < 0 ? NULL : sentence;
}

int sentence_errno(const char *id, const json_t *parameters)
{
	static const int numbers[ERROR_COUNT] = {
		[ERROR_NOT_FOUND] = ENOENT,
		[ERROR_EXISTS] = EEXIST,
		[ERROR_BUSY] = EBUSY,
		[ERROR_INVALID_VALUE] = EINVAL,
		[ERROR_NOT_PERMITTED] = EPERM,
		[ERROR_LIMIT_EXCEEDED] = EDQUOT,
		[ERROR_NOT_SUPPORTED] = EOPNOTSUPP,
		[ERROR_EVENTS_LOST] = ENOBUFS,
		[ERROR_INTERFACE_NOT_FOUND] = ENOSYS,
		[ERROR_METHOD_NOT_FOUND] = ENOSYS,
		[ERROR_METHOD_NOT_IMPLEMENTED] = ENOSYS,
		[ERROR_INVALID_PARAMETER] = EINVAL,
		[ERROR_PERMISSION_DENIED] = EACCES,
		[ERROR_EXPECTED_MORE] = EMSGSIZE,
	};
	enum nsctl_error error = error_from_id(id);
	int number = error == ERROR_SYSTEM ? system_errno(parameters) : numbers[error];

	return number ? -number : -EREMOTEIO;
}
