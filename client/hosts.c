/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints the addresses of sets, by their links, as lines of a hosts file. Owns nothing beyond a
 * call. */
#include "client/verbs.h"

#include "client/memory.h"
#include "client/print.h"

static void print_end(const json_t *end)
{
	const char *set = json_text(end, "set", NULL);
	json_t *address, *alias;
	size_t i, j;

	json_array_foreach(json_object_get(end, "addresses"), i, address) {
		const char *text = json_string_value(address);
		_cleanup_free_ char *host = NULL;

		if (!set || !text)
			continue;
		host = must(strndup(text, strcspn(text, "/")));
		print_escaped(host);
		print_text("\t");
		print_escaped(set);
		json_array_foreach(json_object_get(end, "aliases"), j, alias) {
			print_text(" ");
			print_escaped(json_string_value(alias));
		}
		print_text("\n");
	}
}

static int hosts_run(struct client *client, struct options *options)
{
	_cleanup_json_ json_t *reply = NULL;
	json_t *link;
	size_t i;
	int r;

	if (client->has_owner)
		json_put(options->parameters, "owner", json_integer(client->owner));
	r = client_call_joined(client, NULL, "org.nsctl.ListLinks",
			       json_incref(options->parameters), NULL, NULL, &reply);
	if (r != 0)
		return r;
	json_array_foreach(json_object_get(reply, "links"), i, link) {
		print_end(json_object_get(link, "a"));
		print_end(json_object_get(link, "b"));
	}
	return 0;
}

/* clang-format off */
const struct verb hosts_verbs[] = {
	{"hosts", NULL, "",
	 "Prints the addresses and names of your sets, as lines of a hosts file",
	 0, 0, 0, hosts_run, {NULL},
	 .page = "nsctl-monitor",
	 .examples = "nsctl hosts | sudo tee -a /etc/hosts"},
	{0},
};
/* clang-format on */
