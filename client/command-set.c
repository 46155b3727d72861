/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/command-set.h"

#include <signal.h>

#include "client/attach.h"
#include "client/connection.h"
#include "protocol/error.h"

enum fate {
	STAYS,
	GOES,
	GONE,
	UNKNOWN, /* nsctld does not tell */
};

static enum fate fate_of(struct client *client, const char *name)
{
	_cleanup_reply_ struct message_reply reply = {0};
	const char *state;

	if (client_exchange(client, name, "org.nsctl.Get", client_named(client, name), NULL,
			    &reply) != 0)
		return UNKNOWN;
	if (reply.error)
		return error_from_id(reply.error) == ERROR_NOT_FOUND ? GONE : UNKNOWN;
	state = json_text(json_object_get(reply.parameters, "set"), "state", "");
	return strcmp(state, "removing") == 0 ? GOES : STAYS;
}

void command_set_tell_if_removed(struct client *client, const char *name)
{
	enum fate fate;

	/* the connection is non-blocking since the command started: open another */
	client_reconnect(client);
	if (client->status != COMMAND_SIGNALLED + SIGKILL || client->quiet ||
	    client_connect(client, true) != 0)
		return;
	fate = fate_of(client, name);
	if (fate == GOES || fate == GONE)
		client_problem(client, name, "the set was removed, and the command ended with it");
}

void command_set_await_removal(struct client *client, const char *name, const char *session)
{
	_cleanup_reply_ struct message_reply ended = {0};

	client_reconnect(client);
	if (client_connect(client, true) != 0 ||
	    client_exchange(client, name, "org.nsctl.WaitSession",
			    json_pack("{s:s}", "session", session), NULL, &ended) != 0)
		return;
	/* a set in any other state is not the one of this Run: it has only the same name */
	if (fate_of(client, name) == GOES)
		(void)client_remove(client, name, "org.nsctl.Remove", client_named(client, name),
				    true);
}
