/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/verbs.h"

#include "client/lease.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/process.h"
#include "client/take.h"

static int take_target(struct options *options)
{
	_cleanup_text_ struct text typed = {0};
	json_t *index;
	int64_t pid;

	if (!parse_number(options->argument, 1, INT32_MAX, &pid))
		return options_reject(options, "the number of a process");
	take_add_typed(options, &typed);
	index = process_add(options->client, options->fds, pid, typed.data);
	if (!index)
		return STATUS_FAILED;
	take_put(options, index);
	return 0;
}

/* Opens the namespace that the argument names: FD is an inherited descriptor, all else a path. */
static int open_argument(const struct options *options)
{
	int64_t number;

	if (parse_number(options->argument, 0, INT32_MAX, &number))
		return fcntl((int)number, F_DUPFD_CLOEXEC, 3);
	return open(options->argument, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static int add_opened(struct options *options, const char *type)
{
	int fd = open_argument(options), error = errno;
	_cleanup_text_ struct text typed = {0};
	json_t *index;

	take_add_typed(options, &typed);
	if (fd < 0) {
		client_problem(options->client, typed.data, "%s", strerror(error));
		if (error == EBADF)
			print_hint("a number is an open descriptor of nsctl's; --target=PID adopts "
				   "the namespaces of a process");
		return STATUS_FAILED;
	}
	index = process_add_fd(options->client, options->fds, fd, typed.data);
	if (!index)
		return STATUS_FAILED;
	take_put(options, json_pack("{s:s, s:o}", "type", type, "namespaceFileDescriptor", index));
	return 0;
}

/* Takes an option whose name is also the type of the namespace: "net", but not "mount". */
static int take_opened(struct options *options)
{
	return add_opened(options, options->row->name);
}

static int take_mount(struct options *options)
{
	return add_opened(options, "mnt");
}

#define OPENED(word, letter, function)                                         \
	OPTION(word, letter, "FD|PATH",                                        \
	       "adopt the " word " namespace of an open descriptor or a file", \
	       FILLS("descriptors[]", function))

static const struct option_row adopt_options[] = {
	OPTION("target", 't', "PID", "adopt the namespaces of this process",
	       FILLS("processFileDescriptor", take_target)),
	OPTION("only", 0, "TYPES",
	       "adopt only these of the process (default: all that it does not share with you)",
	       FILLS("namespaces", take_kinds)),
	OPENED("mount", 'm', take_mount),
	OPENED("pid", 'p', take_opened),
	OPENED("net", 'n', take_opened),
	OPENED("uts", 'u', take_opened),
	OPENED("ipc", 'i', take_opened),
	OPENED("user", 'U', take_opened),
	OPENED("cgroup", 'C', take_opened),
	OPENED("time", 'T', take_opened),
	LEASE_OPTION("lease"),
	{0},
};

static int adopt_run(struct client *client, struct options *options)
{
	if (!json_object_get(options->parameters, "processFileDescriptor") &&
	    !json_object_get(options->parameters, "descriptors"))
		return options_wrong(client, "give --target=PID, or namespaces such as --net=PATH");
	return verb_make(client, options, "set", "org.nsctl.Adopt");
}

/* clang-format off */
const struct verb adopt_verbs[] = {
	{"adopt", NULL, "--target=PID|--net=FD|PATH ... NAME",
	 "Makes a set of namespaces that exist already, and holds them\n"
	 "They may be those of a process, or be opened by path or descriptor. User "
	 "namespaces of yours must own them, or sets of yours must hold them. nsctl rm releases "
	 "them, and ends only commands that were run in the set",
	 VERB_MAKES, 1, 1, adopt_run, {adopt_options},
	 .examples =
		"nsctl adopt --target=4711 old  # those of process 4711\n"
		"nsctl adopt --net=/run/netns/blue blue"},
	{0},
};
/* clang-format on */
