/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the replies of Exec and Run, and the line in the status pipe: see attach.h. */
#include "client/attach.h"

#include "client/client-error.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/show.h"
#include "client/users.h"
#include "protocol/error.h"

int attach_outcome(const json_t *reply)
{
	const json_t *status = json_object_get(reply, "exitStatus");
	const json_t *signal = json_object_get(reply, "signal");

	if (json_is_integer(status))
		return (int)(json_integer_value(status) & 0xff);
	if (json_is_integer(signal))
		return (int)((COMMAND_SIGNALLED + json_integer_value(signal)) & 0xff);
	return -1;
}

int attach_outcome_of_line(const char *line)
{
	const char *rest;
	struct piece word = parse_cut(line, ' ', &rest);
	int64_t number;

	if (!rest || !parse_number(rest, 0, 255, &number))
		return -1;
	if (word.size == 4 && strncmp(word.start, "exit", 4) == 0)
		return (int)number;
	if (word.size == 6 && strncmp(word.start, "signal", 6) == 0)
		return (COMMAND_SIGNALLED + (int)number) & 0xff;
	return -1;
}

/* Prints a hint for a program that was not found. */
static void hint_not_found(const struct client *client, const char *program)
{
	struct publish publish;
	int64_t id;

	if (json_object_get(client->given, "pid") && !parse_publish(program, &publish))
		print_hint("-p adds a pid namespace here; --publish=%s publishes a port", program);
	else if (json_object_get(client->given, "uts") && users_find(program, &id))
		print_hint("the letter -u adds a uts namespace here; --user=%s chooses a user",
			   program);
	else if (strpbrk(program, " \t\n"))
		print_hint("no shell reads COMMAND: give its words one by one, or to a shell: "
			   "sh -c '...'");
	else if (strchr(program, '/'))
		print_hint("the path is looked up inside the set; so is the interpreter of a "
			   "script");
	else
		print_hint("the command is searched for inside the set, in the PATH that is passed "
			   "on");
}

int attach_failed(const struct client *client, const struct attach *how,
		  const struct message_reply *reply)
{
	int number = (int)json_integer_value(json_object_get(reply->parameters, "errno"));

	if (error_from_id(reply->error) != ERROR_SYSTEM ||
	    strcmp(json_text(reply->parameters, "what", ""), "execute command") != 0)
		return client_error(client, how->subject, reply);
	if (number == ENOENT && how->try_only)
		return COMMAND_NOT_FOUND;
	client_problem(client, how->subject, "%s: %s", how->program,
		       number > 0 ? strerror(number) : "cannot be executed");
	if (number == ENOENT)
		hint_not_found(client, how->program);
	return number == ENOENT ? COMMAND_NOT_FOUND : COMMAND_NOT_EXECUTABLE;
}

int attach_unknown(const struct client *client, const struct attach *how)
{
	return client_problem(client, how->subject,
			      "it is not known how %s ended: nsctld, or the command's runner, "
			      "ended without reporting it",
			      how->program);
}

void attach_tell_start(const struct client *client, const struct attach *how, const json_t *reply)
{
	const char *where = json_text(reply, "startedIn", NULL);

	show_chosen_ports(client, json_text(reply, "name", "?"), json_object_get(reply, "publish"));
	if (where && how->tty && !client->quiet && isatty(STDERR_FILENO))
		client_problem(client, how->subject,
			       "this directory is not the same inside: starting in %s",
			       strcmp(where, "home") == 0 ? "the home directory" : "/");
}
