/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sessions, wait, kill. */
#include "client/verbs.h"

#include <signal.h>

#include "client/attach.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/show.h"
#include "client/table.h"
#include "client/take.h"

static void command_cell(struct table *table, const json_t *words)
{
	_cleanup_text_ struct text text = {0};
	size_t i;
	json_t *word;

	json_array_foreach(words, i, word) {
		if (i > 0)
			text_add(&text, " ");
		text_quote(&text, json_is_string(word) ? json_string_value(word) : "?");
	}
	table_cell(table, text.data);
}

static void session_row(struct table *table, const json_t *session)
{
	const json_t *signal = json_object_get(session, "signal");
	const json_t *status = json_object_get(session, "exitStatus");
	const char *name = signal_name((int)json_integer_value(signal));

	table_cell(table, json_text(session, "session", "?"));
	if (json_is_integer(status))
		table_format(table, "exit %" JSON_INTEGER_FORMAT, json_integer_value(status));
	else if (json_is_integer(signal) && name)
		table_format(table, "SIG%s", name);
	else if (json_is_integer(signal))
		table_format(table, "signal %" JSON_INTEGER_FORMAT, json_integer_value(signal));
	else
		table_cell(table,
			   json_is_number(json_object_get(session, "ended")) ? "ended" : "runs");
	table_number(table, json_object_get(session, "pid"));
	table_number(table, json_object_get(session, "left"));
	table_age(table, show_age(session, "started"));
	command_cell(table, json_object_get(session, "command"));
}

static const struct option_row sessions_list_options[] = {TABLE_OPTIONS, {0}};

static int sessions_list(struct client *client, struct options *options)
{
	static const struct column columns[] = {
		{"SESSION", 6, .stays = true},	   {"STATUS", 5, .kind = COLUMN_STATE},
		{"PID", 3, .kind = COLUMN_NUMBER}, {"LEFT", 2, .kind = COLUMN_NUMBER},
		{"AGE", 4, .kind = COLUMN_NUMBER}, {"COMMAND", 1, .least = 24, .stays = true},
	};
	_cleanup_table_ struct table table = {0};
	_cleanup_json_ json_t *reply = NULL;
	json_t *session;
	const char *name = options->words[0];
	int r;
	size_t i;

	r = table_begin(&table, options, columns, ARRAY_SIZE(columns));
	if (r == 0)
		r = client_call(client, name, "org.nsctl.ListSessions", client_named(client, name),
				NULL, &reply);
	if (r != 0)
		return r;
	json_array_foreach(json_object_get(reply, "sessions"), i, session) {
		if (client->json)
			print_json(session);
		else if (client->quiet)
			print_text("%s\n", json_text(session, "session", "?"));
		else
			session_row(&table, session);
	}
	if (!client->json && !client->quiet)
		table_print(&table);
	return 0;
}

static int sessions_wait(struct client *client, struct options *options)
{
	_cleanup_json_ json_t *reply = NULL;
	const char *session = options->words[0];
	int status, r;

	json_put(options->parameters, "session", json_string(session));
	r = client_call(client, session, "org.nsctl.WaitSession", json_incref(options->parameters),
			NULL, &reply);
	if (r != 0)
		return r;
	if (client->json)
		print_json(reply);
	status = attach_outcome(reply);
	if (status < 0)
		return client_problem(client, session, "it is not known how the session ended");
	client->status = status;
	return 0;
}

static int take_signal(struct options *options)
{
	int signal;

	return take_value(options,
			  parse_signal(options->argument, &signal) ? json_integer(signal) : NULL,
			  "a signal (such as TERM, SIGTERM or 15)");
}

const struct option_row sessions_kill_options[] = {
	OPTION("signal", 's', "SIG", "signal to send, by name or number (default TERM)",
	       FILLS("signal", take_signal)),
	OPTION("session", 0, "SESSION", "signal only the processes of this session",
	       FILLS("session", take_text)),
	{0},
};

static int sessions_kill(struct client *client, struct options *options)
{
	const char *name = options->words[0];
	json_t *parameters = client_named(client, name);

	json_put(parameters, "signal", json_integer(SIGTERM));
	json_object_update(parameters, options->parameters);
	return client_call(client, name, "org.nsctl.Kill", parameters, NULL, NULL);
}

/* clang-format off */
const struct verb sessions_verbs[] = {
	{"sessions", NULL, "[OPTIONS] NAME",
	 "Lists the commands that run in a set, or ended in the last hour\n"
	 "LEFT is the number of processes that an ended command has left in the set",
	 0, 1, 1, sessions_list, {sessions_list_options},
	 .examples = "nsctl sessions box"},
	{"wait", NULL, "SESSION",
	 "Waits for a detached command, and ends with its status",
	 0, 1, 1, sessions_wait, {NULL},
	 .page = "nsctl-sessions",
	 .examples = "nsctl wait \"$(nsctl exec -d box make)\""},
	{"kill", NULL, "[OPTIONS] NAME",
	 "Signals all processes of a set",
	 0, 1, 1, sessions_kill, {sessions_kill_options},
	 .page = "nsctl-sessions",
	 .examples =
		"nsctl kill box\n"
		"nsctl kill --signal=HUP --session=SESSION box"},
	{0},
};
/* clang-format on */
