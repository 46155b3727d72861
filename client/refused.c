/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the daemon answers when it does not do a thing, in words: client_error().
 * Owns nothing.
 */
#include "client/refused.h"

#include <string.h>

#include "client/print.h"
#include "protocol/error.h"

/* The option that a field of the interface comes from. The longest match wins, so that the order
 * does not matter. */
static const char *option_of_field(const char *field)
{
	static const struct {
		const char *field, *option;
	} known[] = {
		{"name", "NAME"},
		{"spec.namespaces", "the namespaces chosen"},
		{"spec.userMapping", "--map-root-user, --map-current-user, --map-auto"},
		{"spec.uidMap", "--map-users"},
		{"spec.gidMap", "--map-groups"},
		{"spec.hostname", "--hostname"},
		{"spec.propagation", "--propagation"},
		{"spec.mountProc", "--mount-proc"},
		{"spec.mounts", "--bind, --tmpfs"},
		{"spec.root", "--root"},
		{"spec.clocks", "--monotonic, --boottime"},
		{"spec.clocks.monotonic", "--monotonic"},
		{"spec.clocks.boottime", "--boottime"},
		{"spec.limits.memory", "--memory"},
		{"spec.limits.tasks", "--tasks"},
		{"spec.limits.cpus", "--cpus"},
		{"spec.limits", "--memory, --tasks, --cpus"},
		{"spec.links", "--link"},
		{"spec.egress", "--egress"},
		{"spec.dns", "--dns"},
		{"spec.publish", "--publish"},
		{"spec.lease", "--lease"},
		{"spec.boot", "--boot"},
		{"spec.visible", "--visible"},
		{"spec.ipNetns", "--ip-netns"},
		{"spec.labels", "--label"},
		{"labels", "--label"},
		{"existing", "--existing"},
		{"grace", "--grace"},
		{"seconds", "DURATION"},
		{"command", "COMMAND"},
		{"environment", "--env"},
		{"workingDirectory", "--chdir"},
		{"user", "--user"},
		{"group", "--group"},
		{"namespaces", "--only"},
		{"session", "SESSION"},
		{"signal", "--signal"},
		{"owner", "--owner"},
		{"terminalFileDescriptor", "--tty"},
		{"detach", "--detach"},
		{"init", "--no-init"},
		{"subnets", "--subnet"},
		{"dns", "--dns"},
		{"egress", "--egress"},
	};
	const char *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		size_t n = strlen(known[i].field);

		/* spec.rootPath and spec.rootFileDescriptor are both --root */
		if (n > longest && strncmp(field, known[i].field, n) == 0 &&
		    (field[n] == '\0' || strchr(".[PF", field[n]))) {
			found = known[i].option;
			longest = n;
		}
	}
	return found;
}

/* The same with what the option does not tell: which end of which link, and which part of that. */
static void add_field(struct text *text, const char *field)
{
	const char *option = option_of_field(field), *rest;

	/* an end of AddLink and SetLink: a.addresses[0], b.impairment.jitterMilliseconds */
	if ((*field == 'a' || *field == 'b') && (field[1] == '.' || !field[1])) {
		text_format(text, "end %c%s%s", *field == 'a' ? 'A' : 'B', field[1] ? ", " : "",
			    field[1] ? field + 2 : "");
		return;
	}
	text_add(text, option ? option : field);
	rest = strncmp(field, "spec.links[", 11) == 0 ? strchr(field, '.') + 1 : NULL;
	if (rest)
		text_format(text, " (%s)", rest);
}

/* Where what was not found, or was there already, is listed. */
static const char *list_of(const char *what)
{
	if (strcmp(what, "session") == 0)
		return "`nsctl sessions NAME` lists them";
	if (strcmp(what, "link") == 0)
		return "`nsctl link list` lists them";
	if (strcmp(what, "network") == 0)
		return "`nsctl network list` lists them";
	return "`nsctl list` tells what there is";
}

static void tell_exists(const struct client *client, const char *subject, const char *what,
			const char *name)
{
	client_problem(client, subject, "there is a %s called %s already", what, name);
	if (strcmp(what, "set") == 0 && client->verb && strcmp(client->verb, "create") == 0)
		print_hint("--existing takes the one that is there, if it was made with the same "
			   "options; `nsctl rm %s` removes it",
			   name);
	else if (client->verb && strcmp(client->verb, "up") == 0)
		print_hint("`nsctl down FILE` removes what the file names");
	else if (strcmp(what, "link") == 0 || strcmp(what, "network") == 0)
		print_hint("`nsctl %s rm %s` removes it", what, name);
}

static void tell_system_error(const struct client *client, const char *subject,
			      const json_t *parameters)
{
	json_int_t number = json_integer_value(json_object_get(parameters, "errno"));
	const char *id = json_text(parameters, "errnoName", NULL);
	const char *what = json_text(parameters, "what", "it failed");

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
		print_hint("`nsctl thaw %s` lets its processes go on", text);
	else if (client->verb && strncmp(client->verb, "network", 7) == 0)
		print_hint("`nsctl network list` tells its members");
	else if (!client->verb || strcmp(client->verb, "down") != 0)
		print_hint("`nsctl rm %s` removes it, also when it is broken", text);
}

static void tell_limit(const struct client *client, const char *subject, const char *what,
		       json_int_t limit)
{
	client_problem(client, subject, "the limit on %s (%" JSON_INTEGER_FORMAT ") is reached",
		       what, limit);
	if (strcmp(what, "hangingProcesses") == 0)
		print_hint(
			"so many processes of yours wait for a file system that does not answer: "
			"make it answer, or unmount it");
	else if (strcmp(what, "requests") == 0)
		print_hint("so many calls of yours wait for their answers: wait for some of them");
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
	const char *option = option_of_field(what);
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
		add_field(&field, what);
		client_problem(client, subject, "%s: %s", field.data, text);
		break;
	case ERROR_NOT_PERMITTED:
		client_problem(client, subject, "%s is not permitted: %s", what, text);
		break;
	case ERROR_LIMIT_EXCEEDED:
		tell_limit(client, subject, what,
			   json_integer_value(json_object_get(parameters, fields->number)));
		break;
	case ERROR_NOT_SUPPORTED:
		client_problem(client, subject, "%s is not supported: %s", what, text);
		break;
	case ERROR_INVALID_PARAMETER:
		client_problem(client, subject, "nsctld does not take %s (%s)",
			       option ? option : "a parameter", what);
		print_hint("`nsctl version` tells whether nsctl and nsctld are of one version");
		break;
	case ERROR_METHOD_NOT_FOUND:
	case ERROR_METHOD_NOT_IMPLEMENTED:
	case ERROR_INTERFACE_NOT_FOUND:
		client_problem(client, subject, "nsctld does not have %s", what);
		print_hint("`nsctl version` tells whether nsctl and nsctld are of one version");
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
