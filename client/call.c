/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/verbs.h"
#include "client/print.h"
#include "client/text.h"
#include "client/version.h"
#include "protocol/error.h"
#include "protocol/frame.h"
#include "protocol/methods.h"

/* Reads stdin until its end, or until the text is too long for a message. */
static void read_stdin(struct text *text)
{
	char chunk[4096];
	ssize_t n;

	text_add(text, "");
	while (text->used <= FRAME_SIZE_MAX &&
	       ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			text_bytes(text, chunk, (size_t)n);
}

/* Returns the method that is meant by a name that does not exist, such as list, or NULL. */
static const char *guess(const char *name)
{
#define NAME_OF(op, name, ...) name,
	static const char *const names[] = {METHODS(NAME_OF)};
	const char *dot = strrchr(name, '.'), *last = dot ? dot + 1 : name;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(last, names[i]) == 0)
			return names[i];
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (text_is_almost(last, names[i]))
			return names[i];
	return NULL;
}

/* Prints a hint if there is no such method. Programs read the error alone. */
static void hint_method(const struct client *client, const char *name, const char *id)
{
	enum nsctl_error error = error_from_id(id);
	const char *meant = guess(name);

	if (client->json || client->quiet ||
	    (error != ERROR_METHOD_NOT_FOUND && error != ERROR_INTERFACE_NOT_FOUND))
		return;
	/* the name may be right, and the daemon older */
	if (meant && strcmp(name, meant) == 0)
		version_hint(client);
	else if (meant)
		print_hint("write `nsctl call %s`", meant);
	else
		print_hint("`man org.nsctl` describes the methods");
}

/* Makes the call, and prints replies until the last one. */
static int print_replies(struct client *client, const char *method, json_t *parameters, bool more)
{
	bool continues = true;
	int r = client_send(client, method, method, parameters, NULL, more);

	while (r == 0 && continues) {
		_cleanup_reply_ struct message_reply reply = {0};

		r = client_receive(client, &reply);
		if (r != 0)
			return client_lost(client, method, r);
		if (reply.error) {
			print_json_to(stderr, reply.root);
			hint_method(client, method, reply.error);
			return STATUS_FAILED;
		}
		print_json(reply.parameters);
		/* replies of a subscription must not wait in stdout's buffer */
		if (reply.continues)
			(void)fflush(stdout);
		continues = reply.continues;
	}
	return r;
}

static const struct option_row call_options[] = {
	OPTION("more", 0, NULL, "ask for more than one reply", HANDLED(MORE)),
	{0},
};

static int call_run(struct client *client, struct options *options)
{
	_cleanup_text_ struct text input = {0};
	const char *name = options->words[0], *text = options->words[1];
	_cleanup_json_ json_t *parameters = NULL;
	json_error_t error;

	if (!text)
		text = "{}";
	if (strcmp(text, "-") == 0) {
		read_stdin(&input);
		text = input.data;
	}
	parameters = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(parameters))
		return options_wrong(client, "the parameters are not a JSON object%s%s",
				     parameters ? "" : ": ", parameters ? "" : error.text);
	return print_replies(client, name, parameters, options_has(options, OPTION_MORE));
}

/* clang-format off */
const struct verb call_verbs[] = {
	{"call", NULL, "[--more] METHOD [JSON]",
	 "Calls any method of the interface (JSON: the parameters; - is stdin)",
	 0, 1, 2, call_run, {call_options},
	 .examples =
		"nsctl call GetStatus\n"
		"nsctl call List '{\"labels\": {\"job\": \"17\"}}'"},
	{0},
};
/* clang-format on */
