/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/verb.h"

#include "client/connection.h"
#include "client/memory.h"

int verb_run(struct client *client, const struct verb *verb, int argc, char **argv)
{
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_json_ json_t *parameters = must(json_object());
	struct options options;
	int r = 0;

	options_init(&options, client, verb, argc, argv);
	options.parameters = parameters;
	options.fds = &fds;
	if (!(verb->flags & VERB_OWN_OPTIONS))
		r = options_next(&options);
	if (r == 0 && !(verb->flags & VERB_OWN_OPTIONS))
		r = options_words(&options);
	return r ? r : verb->run(client, &options);
}
