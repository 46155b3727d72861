/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/memory.h"
#include "client/print.h"
#include "client/show.h"

const char *verb_last_word(const char *name)
{
	const char *blank = strchr(name, ' ');

	return blank ? blank + 1 : name;
}

const struct verb *verb_find(const struct verb *among, const char *name)
{
	for (const struct verb *verb = among; verb->name; verb++)
		if (strcmp(verb_last_word(verb->name), name) == 0 ||
		    (verb->alias && strcmp(verb_last_word(verb->alias), name) == 0))
			return verb;
	return NULL;
}

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

int verb_make(struct client *client, struct options *options, const char *kind, const char *method)
{
	_cleanup_json_ json_t *reply = NULL;
	const char *name = options->words[0];
	const json_t *spec;
	int r = options_new_name(client, kind, name);

	if (r != 0)
		return r;
	json_put(options->parameters, "name", json_string(name));
	r = client_call(client, name, method, json_incref(options->parameters), options->fds,
			&reply);
	if (r != 0)
		return r;
	if (client->json) {
		print_json(reply);
		return 0;
	}
	if (!client->quiet)
		print_text("%s\n", name);
	spec = json_object_get(json_object_get(reply, "set"), "spec");
	show_chosen_ports(client, name, json_object_get(spec, "publish"));
	return 0;
}
