/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/sessions.h"

#include <signal.h>

#include "client/attach.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/take.h"

int sessions_wait(struct client *client, struct options *options)
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

int sessions_kill(struct client *client, struct options *options)
{
	const char *name = options->words[0];
	json_t *parameters = client_named(client, name);

	json_put(parameters, "signal", json_integer(SIGTERM));
	json_object_update(parameters, options->parameters);
	return client_call(client, name, "org.nsctl.Kill", parameters, NULL, NULL);
}
