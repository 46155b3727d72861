/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the daemon's errors into the words of the command line, see client_error(): a message names
 * the option, not the field of the interface. */
#include "client/client-error.h"

#include "client/ends.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/topology-check.h"
#include "client/verb.h"
#include "client/version.h"
#include "lib/sentence.h"
#include "protocol/error.h"
#include "protocol/name.h"

/* Fields that are filled by a word of the command line, not by an option. */
static const struct {
	const char *field, *word;
} words[] = {
	{"spec.namespaces", "the namespaces chosen"},
	{"seconds", "DURATION"},
	{"command", "COMMAND"},
};

/* Returns the number of bytes of field that match known, if field is known or a part of it,
 * else 0. spec.root stands for both spec.rootPath and spec.rootFileDescriptor, and user for
 * userName, too. */
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

/* Adds the options that match *best bytes of field and are members of given, if that is not NULL.
 * If an option matches more, it replaces the options in text, and raises *best. */
static void add_options(struct text *text, const struct option_row *rows, const json_t *given,
			const char *field, size_t *best)
{
	for (; rows && rows->name; rows++) {
		size_t n = rows->field ? match(field, rows->field) : 0;

		if (given && !json_object_get(given, rows->name))
			continue;
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

/* Returns the option that gave an entry of a map its value, as it was typed, or NULL. */
static const char *find_entry(const json_t *typed, const char *key)
{
	size_t i, n = strlen(key);
	json_t *entry;

	json_array_foreach(typed, i, entry) {
		const char *text = json_string_value(entry);
		const char *value = text ? strchr(text, '=') : NULL;

		if (value && strncmp(value + 1, key, n) == 0 && value[1 + n] == '=')
			return text;
	}
	return NULL;
}

/* Returns the option that gave the value or added the entry of a list, as it was typed, or
 * NULL. */
static const char *find_typed(const struct client *client, const char *field)
{
	const char *known;
	json_t *entries;

	json_object_foreach(client->typed, known, entries) {
		size_t n = match(field, known);

		if (n > 0 && json_is_string(entries) && !strchr(field + n, '.'))
			return json_string_value(entries);
		if (n > 0 && field[n] == '[')
			return json_string_value(
				json_array_get(entries, (size_t)strtoul(field + n + 1, NULL, 10)));
		if (n > 0 && field[n] == '.' && json_is_array(entries))
			return find_entry(entries, field + n + 1);
	}
	return NULL;
}

/* Appends the options from which a field comes. Returns false if there are none. */
static bool add_among(struct text *text, const struct client *client, const json_t *given,
		      const char *field)
{
	size_t best = 0;

	for (size_t i = 0; client->options && i < VERB_TABLES; i++)
		add_options(text, client->options[i], given, field, &best);
	add_options(text, options_global, given, field, &best);
	return best > 0;
}

/* Appends the options or the word from which a field of the interface comes, if any: options that
 * were typed or, if there is none, those that could have been. */
static void add_origin(struct text *text, const struct client *client, const char *field)
{
	const char *typed = find_mount(client, field);

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
	if ((client->given && add_among(text, client, client->given, field)) ||
	    add_among(text, client, NULL, field))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (match(field, words[i].field))
			text_add(text, words[i].word);
}

/* Appends the place of a field in a file or, if it is in none, its options or word, and details
 * that these do not contain: the end of the link, and the key of that end. */
static void add_field(struct text *text, const struct client *client, const char *field)
{
	const json_t *value = topology_at(client->topology, field);
	const char *rest;

	if (value) {
		topology_add_place(text, client->topology, field,
				   json_is_object(value) || json_is_array(value) ? NULL : value);
		return;
	}
	/* an end of AddLink and SetLink: a.addresses[0], b.impairment.jitterMilliseconds */
	if ((*field == 'a' || *field == 'b') && (field[1] == '.' || !field[1])) {
		text_format(text, "end %c", *field == 'a' ? 'A' : 'B');
		if (field[1])
			ends_add_key(text, field + 2);
		return;
	}
	add_origin(text, client, field);
	/* these errors add nothing, because the message begins with the word that the user wrote */
	if (text->used == 0 && strcmp(field, "name") != 0 && strcmp(field, "session") != 0 &&
	    strcmp(field, "network") != 0)
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

#define NETWORK_HINT "; a network is written net/NAME"

/* Returns what users of the verb may have meant by the name of a set that does not exist. */
static const char *other_meaning(const struct client *client)
{
	static const struct {
		const char *verb, *hint;
	} rows[] = {
		{"link add", NETWORK_HINT},
		{"egress", NETWORK_HINT},
		{"capture", NETWORK_HINT},
		{"rm", "; `nsctl network rm NAME` removes a network"},
		{"exec", "; the set comes first: `nsctl exec NAME COMMAND...`"},
	};

	for (size_t i = 0; client->verb && i < ARRAY_SIZE(rows); i++)
		if (strcmp(client->verb, rows[i].verb) == 0)
			return rows[i].hint;
	return json_object_get(client->given, "link") ? NETWORK_HINT : "";
}

static void hint_missing(const struct client *client, const char *what)
{
	print_hint("%s%s", list_of(what), strcmp(what, "set") == 0 ? other_meaning(client) : "");
}

static void hint_exists(const struct client *client, const char *what, const char *name)
{
	if (strcmp(what, "set") == 0 && json_object_get(client->typed, "existing"))
		print_hint("it was made with other options, which `nsctl show %s` shows; `nsctl rm "
			   "%s` removes it",
			   name, name);
	else if (strcmp(what, "set") == 0 && client->verb && strcmp(client->verb, "create") == 0)
		print_hint("--existing uses it only if it was made with the same options, which "
			   "`nsctl show %s` shows; `nsctl rm %s` removes it",
			   name, name);
	else if (strcmp(what, "set") == 0 && client->verb && strcmp(client->verb, "run") == 0)
		print_hint("run makes a set of its own; `nsctl exec %s COMMAND...` runs a command "
			   "in that one",
			   name);
	else if (client->verb && strcmp(client->verb, "up") == 0)
		print_hint("`nsctl down FILE`, with the same --project if there is one, removes "
			   "everything that the file names");
	else if (strcmp(what, "link") == 0 || strcmp(what, "network") == 0)
		print_hint("`nsctl %s rm %s` removes it", what, name);
}

/* Appends what failed. The field of the interface in it becomes the option that it comes from: in a
 * system error it is in parentheses at the end, as in "mount (spec.mounts[0])". */
static void add_failed(struct text *text, const struct client *client, enum nsctl_error error,
		       const char *what)
{
	const char *open = error == ERROR_SYSTEM ? strrchr(what, '(') : what;
	_cleanup_text_ struct text option = {0}, field = {0};

	if (error == ERROR_NOT_SUPPORTED)
		text_format(&field, "spec.%s", what);
	else if (open && what[strlen(what) - 1] == ')')
		text_format(&field, "%.*s", (int)strlen(open) - 2, open + 1);
	if (field.used > 0)
		add_origin(&option, client, field.data);
	if (option.used == 0)
		text_add(text, what);
	else if (error == ERROR_NOT_SUPPORTED)
		text_add(text, option.data);
	else
		text_format(text, "%.*s(%s)", (int)(open - what), what, option.data);
}

/* Returns the error's sentence, in which options stand for fields of the interface. */
static char *sentence_with_options(const struct client *client, enum nsctl_error error,
				   const struct message_reply *reply)
{
	const struct error_fields *fields = error == ERROR_NONE ? NULL : error_fields(error);
	_cleanup_json_ json_t *parameters = must(json_copy(reply->parameters));
	_cleanup_text_ struct text text = {0};

	if (error == ERROR_SYSTEM || error == ERROR_NOT_SUPPORTED) {
		add_failed(&text, client, error, json_text(parameters, fields->subject, ""));
		json_put(parameters, fields->subject, json_string(text.data));
	}
	return must(sentence_of(reply->error, parameters));
}

static void hint_busy(const struct client *client, const char *what, const char *text)
{
	if (strcmp(what, "frozen") == 0)
		print_hint("`nsctl thaw %s` continues its processes", text);
	else if (strcmp(what, "learning") == 0)
		print_hint("another `nsctl egress --learn` lets all through; its end, as by ^C, "
			   "makes the list free");
	else if (strcmp(what, "changing") == 0)
		print_hint("another change of the list is in progress; try again");
	else if (client->verb && strncmp(client->verb, "network", 7) == 0)
		print_hint("`nsctl network list` shows its members");
	else if (!client->verb || strcmp(client->verb, "down") != 0)
		print_hint("`nsctl rm %s` removes it, even if it is broken", text);
}

static void hint_limit(const char *what)
{
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

/* Prints a hint if the kernel lacked something, such as memory. */
static void hint_shortage(int number)
{
	static const int shortages[] = {ENOMEM, ENOSPC, EMFILE, ENFILE, EAGAIN};

	for (size_t i = 0; i < ARRAY_SIZE(shortages); i++)
		if (number == shortages[i])
			print_hint("`nsctl doctor` looks for what this machine lacks");
}

/* Prints a hint at the remedy, if there is one. */
static void hint(const struct client *client, enum nsctl_error error, const char *what,
		 const char *text, int number)
{
	switch (error) {
	case ERROR_SYSTEM:
		hint_shortage(number);
		break;
	case ERROR_NOT_FOUND:
		if (*text)
			hint_missing(client, what);
		break;
	case ERROR_EXISTS:
		hint_exists(client, what, text);
		break;
	case ERROR_BUSY:
		hint_busy(client, what, text);
		break;
	case ERROR_NOT_PERMITTED:
		if (strstr(text, "nsctld.conf"))
			print_hint("`nsctl status` says where this file is, and what you may do");
		break;
	case ERROR_LIMIT_EXCEEDED:
		hint_limit(what);
		break;
	case ERROR_INVALID_PARAMETER:
	case ERROR_METHOD_NOT_FOUND:
	case ERROR_METHOD_NOT_IMPLEMENTED:
	case ERROR_INTERFACE_NOT_FOUND:
		version_hint(client);
		break;
	default:
		break;
	}
}

/* Says which option is wrong. field: what the daemon calls it. */
static void tell_invalid(const struct client *client, const char *subject, enum nsctl_error error,
			 const char *field, const char *reason)
{
	_cleanup_text_ struct text option = {0};

	if (error == ERROR_INVALID_PARAMETER) {
		add_origin(&option, client, field);
		client_problem(client, subject, "nsctld does not accept %s (%s)",
			       option.used > 0 ? option.data : "a parameter", field);
		return;
	}
	add_field(&option, client, field);
	client_problem(client, subject, "%s%s%s", option.used > 0 ? option.data : "",
		       option.used > 0 ? ": " : "", reason);
}

void client_error_hidden(const struct client *client, const char *subject, const char *kind)
{
	client_problem(client, subject, "only root and administrators see others' %ss", kind);
	print_hint("[allow] administer in nsctld.conf names the administrators");
}

int client_error(const struct client *client, const char *subject,
		 const struct message_reply *reply)
{
	enum nsctl_error error = error_from_id(reply->error);
	const struct error_fields *fields = error == ERROR_NONE ? NULL : error_fields(error);
	const char *what = "", *text = "";

	if (fields && fields->subject)
		what = json_text(reply->parameters, fields->subject, "?");
	if (client->own_part && strncmp(what, client->own_part, strlen(client->own_part)) == 0) {
		what += strlen(client->own_part);
		subject = NULL;
	}
	if (fields && fields->text)
		text = json_text(reply->parameters, fields->text, "?");
	if (error == ERROR_INVALID_VALUE || error == ERROR_INVALID_PARAMETER) {
		tell_invalid(client, subject, error, what, text);
	} else if (error == ERROR_NOT_FOUND && client->has_owner && !*text) {
		client_error_hidden(client, subject, what);
	} else {
		_cleanup_free_ char *sentence = sentence_with_options(client, error, reply);

		client_problem(client, subject, "%s", sentence);
	}
	if (strcmp(text, SESSION_REASON) == 0)
		print_hint("`nsctl exec --detach` prints it, and %s", list_of("session"));
	hint(client, error, what, text, -sentence_errno(reply->error, reply->parameters));
	print_problem_error(reply->error, reply->parameters);
	/* a name that no object can have is a mistake in the command line, no matter which program
	 * finds it */
	return strcmp(text, NAME_REASON) == 0 || strcmp(text, SESSION_REASON) == 0 ? STATUS_USAGE
										   : STATUS_FAILED;
}
