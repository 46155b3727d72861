/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/finding.h"

#include <stdarg.h>

void doctor_find(struct finding *finding, enum verdict verdict, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&finding->found, format, arguments);
	va_end(arguments);
	finding->verdict = verdict;
}

bool doctor_has(const struct patient *patient, const char *feature)
{
	return json_is_true(json_object_get(json_object_get(patient->status, "features"), feature));
}

bool doctor_add_lists(struct text *text, const struct patient *patient)
{
	json_t *lists = json_object_get(patient->status, "egressLists"), *list;
	size_t n = json_array_size(lists), i;

	text_add(text, n == 0 ? "" : n == 1 ? "the list " : "the lists ");
	json_array_foreach(lists, i, list) {
		text_format(text, "%s%s", i > 0 ? ", " : "",
			    json_is_string(list) ? json_string_value(list) : "?");
	}
	return n > 0;
}

void doctor_add_configuration(struct text *text, const struct patient *patient)
{
	const char *path = json_text(patient->status, "configuration", "nsctld.conf");

	text_add(text, path);
	if (*path == '/' && access(path, F_OK) < 0 && errno == ENOENT)
		text_add(text, " (there is no such file yet)");
}

void doctor_add_egress_refusal(struct text *text, const struct patient *patient)
{
	const char *refusal = json_text(patient->status, "outwardRefused", "");

	text_add(text, refusal);
	if (*refusal)
		return;
	text_add(text, "[allow] egress in ");
	doctor_add_configuration(text, patient);
	text_add(text, " does not name you");
}

char *doctor_read(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_text_ struct text text = {0};
	char chunk[4096];
	ssize_t n;

	if (fd < 0)
		return NULL;
	text_add(&text, "");
	while (text.used < (size_t)1 << 20 && (n = read(fd, chunk, sizeof(chunk))) > 0)
		text_bytes(&text, chunk, (size_t)n);
	/* the last word of a process also ends with a NUL within the text */
	text_bytes(&text, "", 1);
	return take_ptr(text.data);
}

bool doctor_mentions(const char *path, const char *text)
{
	_cleanup_free_ char *contents = doctor_read(path);

	return contents && strstr(contents, text);
}

bool doctor_call(struct patient *patient, const char *method, json_t *parameters, struct text *why)
{
	_cleanup_reply_ struct message_reply reply = {0};
	const char *what, *reason;

	if (!patient->reached) {
		json_decref(parameters);
		text_add(why, "nsctld does not answer");
		return false;
	}
	if (client_exchange(patient->client, NULL, method, parameters, NULL, &reply) != 0) {
		patient->reached = false;
		text_add(why, "the connection to nsctld was lost");
		return false;
	}
	if (!reply.error)
		return true;
	what = json_text(reply.parameters, "what", json_text(reply.parameters, "feature", ""));
	reason = json_text(reply.parameters, "reason",
			   json_text(reply.parameters, "errnoName", reply.error));
	text_format(why, "%s%s%s", what, *what ? ": " : "", reason);
	return false;
}
