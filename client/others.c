/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See others.h. */
#include "client/others.h"

#include "client/client-error.h"
#include "client/memory.h"

/* Returns true if the daemon says that the caller may not see objects of others. */
static bool is_refused(struct client *client)
{
	_cleanup_reply_ struct message_reply reply = {0};
	const json_t *features;

	if (client_exchange(client, NULL, "org.nsctl.GetStatus", must(json_object()), NULL,
			    &reply) != 0)
		return false;
	features = json_object_get(reply.parameters, "features");
	return json_is_false(json_object_get(features, "administer"));
}

void others_tell_hidden(struct client *client, const json_t *parameters, const char *kind)
{
	bool asked = client->has_owner ? client->owner != (int64_t)geteuid()
				       : json_is_true(json_object_get(parameters, "allOwners"));

	if (asked && !client->json && !client->quiet && is_refused(client))
		client_error_hidden(client, NULL, kind);
}
