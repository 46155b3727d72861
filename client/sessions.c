/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/sessions.h"

#include <signal.h>

#include "client/attach.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/take.h"

int sessions_wait(struct client *client, const struct verb *verb, int argc, char **argv)
{
	_cleanup_json_ json_t *reply = NULL;
	json_t *parameters;
	int first, status, r;

	r = options_only_words(client, verb, argc, argv, 1, 1, &first);
	if (r != 0)
		return r;
	parameters = must(json_object());
	json_put(parameters, "session", json_string(argv[first]));
	r = client_call(client, argv[first], "org.nsctl.WaitSession", parameters, NULL, &reply);
	if (r != 0)
		return r;
	if (client->json)
		print_json(reply);
	status = command_outcome(reply);
	if (status < 0)
		return client_problem(client, argv[first], "how it ended is not known");
	client->status = status;
	return 0;
}

static int take_signal(struct options *options)
{
	int signal;

	return take_value(options,
			  parse_signal(options->argument, &signal) ? json_integer(signal) : NULL,
			  "a signal (as TERM, SIGTERM or 15)");
}

const struct option_row sessions_kill_options[] = {
	OPTION("signal", 's', "SIG", "which, by name or number; TERM by default",
	       FILLS("signal", take_signal)),
	OPTION("session", 0, "SESSION", "only the processes of this one",
	       FILLS("session", take_text)),
	{0},
};

int sessions_kill(struct client *client, const struct verb *verb, int argc, char **argv)
{
	_cleanup_json_ json_t *given = must(json_object());
	struct options options;
	json_t *parameters;
	int id, r;

	json_put(given, "signal", json_integer(SIGTERM));
	options_init(&options, client, verb, argc, argv);
	options.parameters = given;
	id = options_next(&options);
	if (id < 0)
		return id;
	r = options_words(&options, 1, 1);
	if (r != 0)
		return r;
	parameters = client_named(client, argv[options.first]);
	json_object_update(parameters, given);
	return client_call(client, argv[options.first], "org.nsctl.Kill", parameters, NULL, NULL);
}
