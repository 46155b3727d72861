/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/version.h"

#include <string.h>

#include "client/connection.h"
#include "client/memory.h"
#include "client/print.h"

/* A daemon that has not answered by then does not answer. */
#define ANSWER_MS 10000

char *version_of_daemon(const struct client *client)
{
	_cleanup_reply_ struct message_reply reply = {0};
	_cleanup_json_ json_t *parameters = must(json_object());
	struct nsctl *nsctl;
	char *version = NULL;

	if (nsctl_connect(client->socket_path, &nsctl) < 0)
		return NULL;
	if (connection_call(nsctl, "org.nsctl.GetStatus", parameters, NULL, 0, 0) == 0 &&
	    connection_next(nsctl, ANSWER_MS, &reply) == 0 && !reply.error)
		version = must(strdup(json_text(reply.parameters, "version", "?")));
	nsctl_close(nsctl);
	return version;
}

#define RESTART "`sudo systemctl restart nsctld`; sets and commands go on"

void version_hint(const struct client *client)
{
	_cleanup_free_ char *version = version_of_daemon(client);
	int order = version ? strverscmp(version, PACKAGE_VERSION) : 0;

	if (!version)
		print_hint("nsctld may be another version than this nsctl (" PACKAGE_VERSION
			   "); after an upgrade it has to be restarted: " RESTART);
	else if (order > 0)
		print_hint("nsctld is version %s, and newer than this nsctl (" PACKAGE_VERSION
			   "): upgrade nsctl, too",
			   version);
	else if (order < 0)
		print_hint("nsctld is version %s, and older than this nsctl (" PACKAGE_VERSION
			   "); after an upgrade it has to be restarted: " RESTART,
			   version);
	else
		print_hint("nsctld is another build of version %s than this nsctl; after an "
			   "upgrade it has to be restarted: " RESTART,
			   version);
}
