/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* which. Escapes replies, because other users may have chosen their texts. */
#include "client/verbs.h"

#include "client/parse.h"
#include "client/print.h"
#include "client/process.h"
#include "client/show.h"

static int inspect_which(struct client *client, struct options *options)
{
	const char *set, *subject = options->words[0];
	_cleanup_json_ json_t *reply = NULL;
	json_t *index;
	int64_t pid;
	int r;

	if (subject) {
		if (!parse_number(subject, 1, INT32_MAX, &pid))
			return options_wrong(client, "\"%s\" is not a process id", subject);
		index = process_add(client, options->fds, pid, subject);
		if (!index)
			return STATUS_FAILED;
		json_put(options->parameters, "processFileDescriptor", index);
	}
	r = client_call(client, subject, "org.nsctl.Identify", json_incref(options->parameters),
			options->fds, &reply);
	if (r != 0)
		return r;
	set = json_text(reply, "set", NULL);
	if (client->json) {
		print_json(reply);
	} else if (client->quiet) {
		print_text("%s%s", set ? set : "", set ? "\n" : "");
	} else {
		if (set)
			show_line("set", "%s (owner %" JSON_INTEGER_FORMAT ")", set,
				  json_integer_value(json_object_get(reply, "owner")));
		else
			show_line("set", "none");
		if (json_text(reply, "parent", NULL))
			show_line("parent", "%s", json_text(reply, "parent", ""));
		show_namespaces(json_object_get(reply, "namespaces"), "differs from the host's");
	}
	return 0;
}

/* clang-format off */
const struct verb inspect_verbs[] = {
	{"which", NULL, "[PID]",
	 "Shows which set a process is in (default: nsctl itself), and which of its namespaces "
	 "are the host's",
	 0, 0, 1, inspect_which, {NULL},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl which\n"
		"nsctl which 4711"},
	{0},
};
/* clang-format on */
