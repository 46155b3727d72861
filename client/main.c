/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctl, the client: the tables of verbs, and the verbs about nsctl itself. It has no privilege and
 * keeps no state. It loads no locale and no name service, so it starts in half a millisecond and
 * behaves the same everywhere. Exit statuses are those of client.h; with enter, exec and run, a
 * status below STATUS_OURS is always the command's own.
 */
#include "config.h"

#include "client/verbs.h"
#include "client/complete.h"
#include "client/help.h"
#include "client/memory.h"
#include "client/options.h"
#include "client/print.h"
#include "client/process.h"
#include "client/text.h"
#include "client/version.h"

/* All verbs; the last row has no name. */
static struct verb verbs[64];

static int main_help(struct client *client, struct options *options)
{
	const struct verb *about, *group = NULL;
	char **word = options->words;

	if (!*word) {
		help_all(verbs);
		return 0;
	}
	about = verb_find(verbs, *word);
	if (about && word[1]) {
		if (!about->own)
			return options_wrong(client, "%s has no commands of its own", about->name);
		group = about;
		about = verb_find(group->own, *++word);
	}
	if (!about)
		return help_unknown(verbs, group, *word);
	if (about->own)
		help_group(about);
	else
		options_help(about);
	return 0;
}

static int main_complete(struct client *client, struct options *options)
{
	complete_print(client, verbs, options->words);
	return 0;
}

static int main_table(struct client *client _unused_, struct options *options _unused_)
{
	help_table(verbs);
	return 0;
}

static int main_version(struct client *client, struct options *options _unused_)
{
	/* a missing daemon is no error here */
	_cleanup_free_ char *daemon = version_of_daemon(client);

	if (client->json) {
		_cleanup_json_ json_t *versions = must(json_object());

		json_put(versions, "nsctl", json_string(PACKAGE_VERSION));
		json_put(versions, "nsctld", daemon ? json_string(daemon) : json_null());
		print_json(versions);
		return 0;
	}
	print_text("nsctl %s\nnsctld ", PACKAGE_VERSION);
	print_escaped(daemon ? daemon : "does not answer at ");
	print_escaped(daemon ? "" : client->socket_path);
	print_text("\n");
	return 0;
}

/* Opens descriptors 0, 1 and 2 if they are closed: otherwise the socket could become one of them,
 * and output could be written to it. Returns the closed ones as bits. */
static unsigned fill_stdio(void)
{
	unsigned closed = 0;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) == fd)
			closed |= 1U << fd;
	return closed;
}

/* Looks for --json among the words, for errors that are found before the options are read. */
static void take_json(char *const *words)
{
	for (; *words; words++)
		if (strcmp(*words, "--json") == 0)
			print_problems_as_json(true);
}

static int run_verb(struct client *client, int argc, char **argv)
{
	const struct verb *verb = verb_find(verbs, argv[0]);
	int r;

	if (!verb || !(verb->flags & VERB_FIRST_WORD_ENDS))
		take_json(argv);
	if (!verb)
		return help_unknown(verbs, NULL, argv[0]);
	if (help_is_foreign(verbs, argv))
		return STATUS_USAGE;
	client->verb = verb->name;
	memory_status = verb->flags & VERB_RUNS_COMMAND ? STATUS_OURS : STATUS_FAILED;
	r = verb_run(client, verb, argc, argv);
	if (r == -STATUS_HELP)
		r = 0;
	else if (r < 0)
		r = -r;
	if (r != 0 && verb->flags & VERB_RUNS_COMMAND && r < STATUS_OURS)
		r = STATUS_OURS;
	if (!print_finish() && r == 0 && client->status == 0)
		r = memory_status;
	return r;
}

/* Runs a verb of a group, such as "link add". */
static int main_group(struct client *client, struct options *options)
{
	const struct verb *group = options->verb, *own;
	int id = options_next(options);

	if (id == OPTION_HELP)
		help_group(group);
	if (id != OPTION_END)
		return id == OPTION_HELP ? -STATUS_HELP : id;
	if (options->n_words == 0)
		return options_wrong(client, "no command given: %s", group->usage);
	own = verb_find(group->own, options->words[0]);
	if (!own) {
		take_json(options->words);
		return help_unknown(verbs, group, options->words[0]);
	}
	client->verb = own->name;
	return verb_run(client, own, options->n_words, options->words);
}

/* Takes the options before the verb. Returns the verb's place in argv, or 0 with the exit status in
 * *ret_status. */
static int take_global_options(struct client *client, int argc, char **argv, int *ret_status)
{
	struct options options;
	int id;

	options_init(&options, client, NULL, argc, argv);
	id = options_next(&options);
	*ret_status = id < 0 ? -id : 0;
	if (id == OPTION_HELP)
		help_all(verbs);
	else if (id == OPTION_VERSION)
		main_version(client, &options);
	if ((id == OPTION_HELP || id == OPTION_VERSION) && !print_finish())
		*ret_status = STATUS_FAILED;
	if (id != OPTION_END)
		return 0;
	if (options.n_words == 0) {
		*ret_status = options_wrong(client, "no command given");
		return 0;
	}
	return argc - options.n_words;
}

#define GROUP (VERB_FIRST_WORD_ENDS | VERB_GROUP | VERB_OWN_OPTIONS)

/* clang-format off */
static const struct verb group_verbs[] = {
	{"link", NULL, "add|list|rm|up|down|impair ...",
	 "Makes, lists, changes and removes links between sets, networks and the host",
	 GROUP, 1, WORDS_ANY, main_group, {NULL}, .own = links_verbs},
	{"network", NULL, "create|list|show|renew|rm ...",
	 "Makes, lists and removes networks, which connect several sets",
	 GROUP, 1, WORDS_ANY, main_group, {NULL}, .own = networks_verbs},
	{0},
};
static const struct verb own_verbs[] = {
	{"version", NULL, "",
	 "Shows the versions of nsctl and nsctld",
	 0, 0, 0, main_version, {NULL},
	 .page = "nsctl",
	 .examples = "nsctl version"},
	{"help", NULL, "[COMMAND]",
	 "Explains the commands and their options",
	 0, 0, 2, main_help, {NULL},
	 .page = "nsctl",
	 .examples = "nsctl help create\nnsctl help link add"},
	{"complete", NULL, "-- [WORD...]",
	 "Prints what the last word may become, for the completion of a shell",
	 VERB_FIRST_WORD_ENDS | VERB_HIDDEN, 0, WORDS_ANY, main_complete, {NULL}, .own = NULL},
	{"table", NULL, "",
	 "Prints the commands and options, a line each, for programs that write about them",
	 VERB_HIDDEN, 0, 0, main_table, {NULL}, .own = NULL},
	{0},
};
/* clang-format on */

/* The tables of all verbs, in the order of help. */
static const struct {
	const char *heading; /* NULL: as above */
	const struct verb *verbs;
} families[] = {
	{"Sets", sets_verbs},
	{NULL, adopt_verbs},
	{NULL, show_verbs},
	{NULL, prune_verbs},
	{"Commands in sets", run_verbs},
	{NULL, sessions_verbs},
	{NULL, ps_verbs},
	{"Networks", group_verbs},
	{NULL, egress_verbs},
	{NULL, hosts_verbs},
	{NULL, graph_verbs},
	{NULL, capture_verbs},
	{"Topologies", topology_verbs},
	{"Watching", monitor_verbs},
	{NULL, top_verbs},
	{NULL, log_verbs},
	{NULL, inspect_verbs},
	{NULL, status_verbs},
	{NULL, doctor_verbs},
	{NULL, metrics_verbs},
	{"Others", call_verbs},
	{NULL, own_verbs},
};

static void collect_verbs(void)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		verbs[n].heading = families[i].heading;
		for (const struct verb *verb = families[i].verbs; verb->name; verb++) {
			const char *heading = verbs[n].heading;

			if (n + 1 == ARRAY_SIZE(verbs))
				abort();
			verbs[n] = *verb;
			verbs[n++].heading = heading;
		}
	}
}

int main(int argc, char **argv)
{
	struct client client;
	struct parent parent;
	int first, r = 0;

	collect_verbs();
	process_open_parent(&parent);
	client_init(&client);
	client.parent = parent;
	client.closed = fill_stdio();
	client.socket_path = connection_path(NULL);
	first = take_global_options(&client, argc, argv, &r);
	if (first > 0)
		r = run_verb(&client, argc - first, argv + first);
	client_done(&client);
	return r != 0 ? r : client.status;
}
