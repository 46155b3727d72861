/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the daemon's errors into the words of the command line, see client_error(): a message names
 * the option, not the field of the interface. */
#include "client/client-error.h"

#include <string.h>

#include "client/ends.h"
#include "client/memory.h"
#include "client/options.h"
#include "client/print.h"
#include "client/text.h"
#include "client/verb.h"
#include "protocol/error.h"

/* Fields that are filled by a word of the command line, not by an option. */
static const struct {
	const char *field, *word;
} words[] = {
	{"spec.namespaces", "the namespaces chosen"},
	{"seconds", "DURATION"},
	{"command", "COMMAND"},
	{"session", "SESSION"},
};

/* Returns how many bytes of field match known, if field is known or a part of it, else 0. spec.root
 * stands for both spec.rootPath and spec.rootFileDescriptor, and user for userName, too. */
static size_t match(const char *field, const char *known)
{
	size_t n = strcspn(known, "[");

	if (strncmp(field, known, n) != 0)
		return 0;
	return field[n] == '\0' || strchr(".[PFN", field[n]) ? n : 0;
}

/* Returns true if several options fill parts of field, such as spec.limits. */
static bool is_group(const char *field, const char *known)
{
	size_t n = strlen(field);

	return strncmp(field, known, n) == 0 && known[n] == '.';
}

/* Adds the options that match *best bytes of field. If an option matches more, it replaces the
 * options in text, and raises *best. */
static void add_options(struct text *text, const struct option_row *rows, const char *field,
			size_t *best)
{
	for (; rows && rows->name; rows++) {
		size_t n = rows->field ? match(field, rows->field) : 0;

		if (n == 0 && rows->field && is_group(field, rows->field))
			n = strlen(field);
		if (n == 0 || n < *best)
			continue;
		if (n > *best)
			text->used = 0;
		*best = n;
		text_format(text, "%s--%s", text->used > 0 ? ", " : "", rows->name);
	}
}

/* Returns the option from which a mount comes, as it was typed, or NULL. */
static const char *find_mount(const struct client *client, const char *field)
{
	static const char list[] = "spec.mounts[";

	if (strncmp(field, list, sizeof(list) - 1) != 0)
		return NULL;
	return json_string_value(json_array_get(
		client->origins, (size_t)strtoul(field + sizeof(list) - 1, NULL, 10)));
}

/* Returns the option that added the entry of a list, as it was typed, or NULL. */
static const char *find_typed(const struct client *client, const char *field)
{
	const char *known;
	json_t *entries;

	json_object_foreach(client->typed, known, entries)
	{
		size_t n = match(field, known);

		if (n > 0 && field[n] == '[')
			return json_string_value(
				json_array_get(entries, (size_t)strtoul(field + n + 1, NULL, 10)));
	}
	return NULL;
}

/* Appends the options or the word from which a field of the interface comes, if any. */
static void add_origin(struct text *text, const struct client *client, const char *field)
{
	const char *typed = find_mount(client, field);
	size_t best = 0;

	if (!typed)
		typed = find_typed(client, field);
	if (typed) {
		text_add(text, typed);
		return;
	}
	if (client->root && match(field, "spec.root")) {
		text_format(text, "--root=%s", client->root);
		return;
	}
	for (size_t i = 0; client->options && i < VERB_TABLES; i++)
		add_options(text, client->options[i], field, &best);
	add_options(text, options_global, field, &best);
	for (size_t i = 0; best == 0 && i < ARRAY_SIZE(words); i++)
		if (match(field, words[i].field))
			text_add(text, words[i].word);
}

/* Appends the options or the word of a field, and details that they do not contain: the end of the
 * link, and the key of that end. */
static void add_field(struct text *text, const struct client *client, const char *field)
{
	const char *rest;

	/* an end of AddLink and SetLink: a.addresses[0], b.impairment.jitterMilliseconds */
	if ((*field == 'a' || *field == 'b') && (field[1] == '.' || !field[1])) {
		text_format(text, "end %c", *field == 'a' ? 'A' : 'B');
		if (field[1])
			ends_add_key(text, field + 2);
		return;
	}
	add_origin(text, client, field);
	/* the message begins with the name that the user wrote, so "name" says nothing more */
	if (text->used == 0 && strcmp(field, "name") != 0)
		text_add(text, field);
	rest = strncmp(field, "spec.links[", 11) == 0 ? strstr(field, "].") : NULL;
	if (rest && strncmp(rest, "].end.", 6) == 0)
		ends_add_key(text, rest + 6);
	else if (rest && strncmp(rest, "].peer.", 7) == 0)
		ends_add_key(text, rest + 7);
}

/* Returns a hint at the verb that lists objects of this kind. */
static const char *list_of(const char *what)
{
	if (strcmp(what, "session") == 0)
		return "`nsctl sessions NAME` lists them";
	if (strcmp(what, "link") == 0)
		return "`nsctl link list` lists them";
	if (strcmp(what, "network") == 0)
		return "`nsctl network list` lists them";
	return "`nsctl list` lists them";
}

static void tell_exists(const struct client *client, const char *subject, const char *what,
			const char *name)
{
	client_problem(client, subject, "there is already a %s called %s", what, name);
	if (strcmp(what, "set") == 0 && client->verb && strcmp(client->verb, "create") == 0)
		print_hint("--existing uses it only if it was made with the same options, which "
			   "`nsctl show %s` shows; `nsctl rm %s` removes it",
			   name, name);
	else if (client->verb && strcmp(client->verb, "up") == 0)
		print_hint("`nsctl down FILE`, with the same --project if there is one, removes "
			   "everything that the file names");
	else if (strcmp(what, "link") == 0 || strcmp(what, "network") == 0)
		print_hint("`nsctl %s rm %s` removes it", what, name);
}

static void tell_system_error(const struct client *client, const char *subject,
			      const json_t *parameters)
{
	json_int_t number = json_integer_value(json_object_get(parameters, "errno"));
	const char *id = json_text(parameters, "errnoName", NULL);
	const char *what = json_text(parameters, "what", "the operation failed");

	if (number > 0 && number < 4096)
		client_problem(client, subject, "%s: %s%s%s%s", what, strerror((int)number),
			       id ? " (" : "", id ? id : "", id ? ")" : "");
	else
		client_problem(client, subject, "%s: %s", what, id ? id : "unknown error");
}

static void tell_busy(const struct client *client, const char *subject, const char *what,
		      const char *text)
{
	client_problem(client, subject, "%s is %s", text, what);
	if (strcmp(what, "frozen") == 0)
		print_hint("`nsctl thaw %s` continues its processes", text);
	else if (client->verb && strncmp(client->verb, "network", 7) == 0)
		print_hint("`nsctl network list` shows its members");
	else if (!client->verb || strcmp(client->verb, "down") != 0)
		print_hint("`nsctl rm %s` removes it, even if it is broken", text);
}

static void tell_limit(const struct client *client, const char *subject, const char *what,
		       json_int_t limit)
{
	client_problem(client, subject, "the limit on %s (%" JSON_INTEGER_FORMAT ") is reached",
		       what, limit);
	if (strcmp(what, "hangingProcesses") == 0)
		print_hint(
			"this many processes of yours wait for a file system that does not answer; "
			"repair it, or unmount it");
	else if (strcmp(what, "requests") == 0)
		print_hint("this many calls of yours wait for their answers; try again later");
	else
		print_hint("`nsctl status` shows your limits and what is in use; limits are set in "
			   "nsctld.conf");
}

static void tell_ours(const struct client *client, const char *subject, enum nsctl_error error,
		      const json_t *parameters)
{
	const struct error_fields *fields = error_fields(error);
	const char *what = fields->subject ? json_text(parameters, fields->subject, "?") : "";
	const char *text = fields->text ? json_text(parameters, fields->text, "?") : "";
	_cleanup_text_ struct text field = {0};

	switch (error) {
	case ERROR_NOT_FOUND:
		client_problem(client, subject, "there is no %s called %s", what, text);
		print_hint("%s", list_of(what));
		break;
	case ERROR_EXISTS:
		tell_exists(client, subject, what, text);
		break;
	case ERROR_BUSY:
		tell_busy(client, subject, what, text);
		break;
	case ERROR_INVALID_VALUE:
		add_field(&field, client, what);
		client_problem(client, subject, "%s%s%s", field.used > 0 ? field.data : "",
			       field.used > 0 ? ": " : "", text);
		break;
	case ERROR_NOT_PERMITTED:
		client_problem(client, subject, "not permitted: %s: %s", what, text);
		break;
	case ERROR_LIMIT_EXCEEDED:
		tell_limit(client, subject, what,
			   json_integer_value(json_object_get(parameters, fields->number)));
		break;
	case ERROR_NOT_SUPPORTED:
		client_problem(client, subject, "not supported: %s: %s", what, text);
		break;
	case ERROR_INVALID_PARAMETER:
		add_origin(&field, client, what);
		client_problem(client, subject, "nsctld does not accept %s (%s)",
			       field.used > 0 ? field.data : "a parameter", what);
		print_hint("`nsctl version` shows whether nsctl and nsctld have the same version");
		break;
	case ERROR_METHOD_NOT_FOUND:
	case ERROR_METHOD_NOT_IMPLEMENTED:
	case ERROR_INTERFACE_NOT_FOUND:
		client_problem(client, subject, "nsctld does not have %s", what);
		print_hint("`nsctl version` shows whether nsctl and nsctld have the same version");
		break;
	case ERROR_PERMISSION_DENIED:
		client_problem(client, subject, "permission denied by nsctld");
		break;
	case ERROR_EXPECTED_MORE:
		client_problem(client, subject, "the answer is too long for one reply");
		break;
	default:
		client_problem(client, subject, "%s", error_id(error));
	}
}

int client_error(const struct client *client, const char *subject,
		 const struct message_reply *reply)
{
	enum nsctl_error error = error_from_id(reply->error);

	if (error == ERROR_SYSTEM) {
		tell_system_error(client, subject, reply->parameters);
	} else if (error != ERROR_NONE) {
		tell_ours(client, subject, error, reply->parameters);
	} else {
		_cleanup_free_ char *text = must(json_dumps(reply->parameters, JSON_COMPACT));

		client_problem(client, subject, "%s %s", reply->error, text);
	}
	return STATUS_FAILED;
}
