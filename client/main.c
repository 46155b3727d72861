/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctl, the client: the table of verbs, and the verbs about nsctl itself. It has no privilege and
 * keeps no state. It loads no locale and no name service, so it starts in half a millisecond and
 * behaves the same everywhere. Exit statuses are those of client.h; with enter, exec and run, a
 * status below STATUS_OURS is always the command's own.
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "client/adopt.h"
#include "client/call.h"
#include "client/capture.h"
#include "client/connection.h"
#include "client/hosts.h"
#include "client/inspect.h"
#include "client/lease.h"
#include "client/links.h"
#include "client/memory.h"
#include "client/monitor.h"
#include "client/networks.h"
#include "client/options.h"
#include "client/print.h"
#include "client/process.h"
#include "client/prune.h"
#include "client/run.h"
#include "client/sessions.h"
#include "client/sets.h"
#include "client/show.h"
#include "client/spec.h"
#include "client/text.h"
#include "client/topology.h"
#include "client/verb.h"

static int main_version(struct client *client, struct options *options);
static int main_help(struct client *client, struct options *options);
static int main_group(struct client *client, struct options *options);

#define RUNS (VERB_FIRST_WORD_ENDS | VERB_RUNS_COMMAND | VERB_OWN_OPTIONS)
#define GROUP (VERB_FIRST_WORD_ENDS | VERB_GROUP | VERB_OWN_OPTIONS)

/* clang-format off */
static const struct verb verbs[] = {
	{"create", NULL, "[OPTIONS] NAME",
	 "Makes a set of namespaces and keeps it",
	 0, 1, 1, sets_create, {spec_options, sets_create_options}},
	{"adopt", NULL, "--target=PID|--net=FD|PATH ... NAME",
	 "Makes a set of namespaces that exist already, and holds them\n"
	 "They may be those of a process, or be opened by path or descriptor. User "
	 "namespaces of yours must own them, or sets of yours must hold them. nsctl rm lets go "
	 "of them, and ends only commands that were run in the set",
	 0, 1, 1, adopt_run, {adopt_options}},
	{"list", "ls", "[OPTIONS]",
	 "Lists your sets",
	 0, 0, WORDS_ANY, sets_list, {sets_list_options}},
	{"show", NULL, "NAME...",
	 "Shows everything about sets",
	 0, 1, WORDS_ANY, show_run, {NULL}},
	{"enter", NULL, "[OPTIONS] NAME [COMMAND...]",
	 "Runs a login shell (or COMMAND) in a set, on a terminal of its own",
	 RUNS, 1, WORDS_ANY, run_enter, {run_command_options, run_exec_options}},
	{"exec", NULL, "[OPTIONS] NAME COMMAND...",
	 "Runs COMMAND in a set, with the stdin, stdout and stderr of nsctl\n"
	 "As a job in the background of a terminal, COMMAND reads only while nsctl is in the "
	 "foreground. What COMMAND leaves running stays in the set, unless nsctl itself is ended "
	 "by a signal or loses its terminal",
	 RUNS, 1, WORDS_ANY, run_exec, {run_command_options, run_exec_options}},
	{"run", NULL, "[OPTIONS] COMMAND...",
	 "Makes a set, runs COMMAND in it, and removes the set when COMMAND ends",
	 RUNS | VERB_FIRST_LETTERS, 1, WORDS_ANY, run_run,
	 {spec_options, run_command_options, run_run_options}},
	{"sessions", NULL, "NAME",
	 "Lists the commands that run in a set, or ended in the last hour\n"
	 "LEFT is the number of processes that an ended command has left in the set",
	 0, 1, 1, sessions_list, {NULL}},
	{"wait", NULL, "SESSION",
	 "Waits for a detached command, and ends with its status",
	 0, 1, 1, sessions_wait, {NULL}},
	{"rm", NULL, "[OPTIONS] NAME...",
	 "Removes sets, and ends their processes",
	 0, 0, WORDS_ANY, prune_rm, {prune_options, prune_rm_options}},
	{"prune", NULL, "[OPTIONS]",
	 "Removes all your sets, networks and links",
	 0, 0, 0, prune_run, {prune_options}},
	{"renew", NULL, "[--lease=WHEN] NAME [DURATION]",
	 "Postpones the end of a leased set\n"
	 "DURATION is the new length of a lease by time. With --lease the set gets that lease "
	 "instead of the present one. Everything that one topology made is renewed together",
	 0, 1, 2, sets_renew, {lease_renew_options}},
	{"ps", NULL, "NAME",
	 "Lists the processes of a set, and the sessions that they belong to\n"
	 "A session is \"left\" if its command has ended: its other processes go on until they "
	 "end, or are ended by `nsctl kill --session=SESSION NAME` or `nsctl rm`",
	 0, 1, 1, inspect_ps, {NULL}},
	{"kill", NULL, "[OPTIONS] NAME",
	 "Signals all processes of a set",
	 0, 1, 1, sessions_kill, {sessions_kill_options}},
	{"freeze", NULL, "NAME...",
	 "Stops all processes of sets",
	 0, 1, WORDS_ANY, sets_freeze, {NULL}},
	{"thaw", NULL, "NAME...",
	 "Continues all processes of frozen sets",
	 0, 1, WORDS_ANY, sets_thaw, {NULL}},
	{"which", NULL, "[PID]",
	 "Shows which set a process is in (default: this one), and which of its namespaces are "
	 "the host's",
	 0, 0, 1, inspect_which, {NULL}},
	{"link", NULL, "add|list|rm|up|down|impair ...",
	 "Handles links between sets, networks and the host",
	 GROUP, 1, WORDS_ANY, main_group, {NULL}},
	{"network", NULL, "create|list|renew|rm ...",
	 "Handles networks, which connect several sets",
	 GROUP, 1, WORDS_ANY, main_group, {NULL}},
	{"hosts", NULL, "",
	 "Prints the addresses and names of your sets, as lines of a hosts file",
	 0, 0, 0, hosts_run, {NULL}},
	{"up", NULL, "[OPTIONS] FILE",
	 "Makes a whole topology (JSON; - is stdin), all of it or nothing\n"
	 "Then it starts the services: sets that have a \"command\". With \"ready\": {\"port\": N} "
	 "or {\"command\": [...]} it waits until the service listens, or until the command "
	 "succeeds in its set, for 60 s or \"seconds\". If one does not, all is removed",
	 0, 1, 1, topology_up, {topology_up_options}},
	{"down", NULL, "[--project=PROJECT] [FILE]",
	 "Removes the links, sets and networks that FILE names, or a project",
	 0, 0, 1, topology_down, {topology_down_options}},
	{"monitor", NULL, "[OPTIONS] [NAME]",
	 "Shows the state of sets, and then events as they happen\n"
	 "Prints a line for each; with --json the state as {\"sets\": [...]}, and each event as "
	 "it is. It begins again with the state if the daemon was restarted, or if events were "
	 "lost because they were read too slowly",
	 0, 0, 1, monitor_run, {monitor_options}},
	{"capture", NULL, "[OPTIONS] LINK|SET[:IFACE]|net/NETWORK",
	 "Captures packets, as a pcap file\n"
	 "`nsctl capture web | wireshark -k -i -` shows them as they come. A link is captured at "
	 "its end in a set, a set at IFACE, its only link or lo, a network at its bridge. ^C ends "
	 "the capture",
	 0, 1, 1, capture_run, {capture_options}},
	{"status", NULL, "",
	 "Shows nsctld's version and features, your limits, and what you use of them",
	 0, 0, 0, inspect_status, {NULL}},
	{"call", NULL, "[--more] METHOD [JSON]",
	 "Calls any method of the interface (JSON: the parameters; - is stdin)",
	 0, 1, 2, call_run, {call_options}},
	{"version", NULL, "",
	 "Shows the versions of nsctl and nsctld",
	 0, 0, 0, main_version, {NULL}},
	{"help", NULL, "[COMMAND]",
	 "Explains the commands and their options",
	 0, 0, 2, main_help, {NULL}},
	{0},
};
/* clang-format on */

/* Verbs with verbs of their own, such as "link add". */
static const struct {
	const char *name;
	const struct verb *verbs;
} groups[] = {{"link", links_verbs}, {"network", networks_verbs}};

static const struct verb *verbs_of(const struct verb *verb)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (strcmp(groups[i].name, verb->name) == 0)
			return groups[i].verbs;
	return NULL;
}

/* Returns the last word of a verb's name: "add" for "link add". */
static const char *last_word(const char *name)
{
	const char *blank = strchr(name, ' ');

	return blank ? blank + 1 : name;
}

static const struct verb *find_verb(const struct verb *among, const char *name)
{
	for (const struct verb *verb = among; verb->name; verb++)
		if (strcmp(last_word(verb->name), name) == 0 ||
		    (verb->alias && strcmp(last_word(verb->alias), name) == 0))
			return verb;
	return NULL;
}

/* Returns true if the names differ by one additional, missing, or different character, or by two
 * swapped ones. */
static bool is_almost(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (*a && strcmp(a + 1, b) == 0) || (*b && strcmp(a, b + 1) == 0) ||
	       (*a && *b && strcmp(a + 1, b + 1) == 0) ||
	       (*a && *b && a[0] == b[1] && a[1] == b[0] && strcmp(a + 2, b + 2) == 0);
}

/* Words that users of similar programs try. */
static const struct {
	const char *word, *verb;
} foreign[] = {
	{"remove", "rm"},  {"delete", "rm"},	{"del", "rm"},	       {"stop", "rm"},
	{"destroy", "rm"}, {"shell", "enter"},	{"attach", "enter"},   {"add", "create"},
	{"new", "create"}, {"inspect", "show"}, {"events", "monitor"}, {"clean", "prune"},
};

/* Returns nsctl's verb for a word of a similar program, or NULL. */
static const char *translate(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
		if (strcmp(foreign[i].word, word) == 0)
			return foreign[i].verb;
	return NULL;
}

/* Reports an unknown verb. group is the verb that should have it, or NULL. */
static int no_such_verb(const struct verb *group, const char *name)
{
	const char *in_front = group ? group->name : "", *blank = group ? " " : "";
	const char *meant = translate(name);

	print_problem("there is no command %s%s%s", in_front, blank, name);
	for (const struct verb *verb = group ? verbs_of(group) : verbs; verb->name; verb++)
		if (is_almost(name, last_word(verb->name)) ||
		    (meant && strcmp(meant, last_word(verb->name)) == 0)) {
			print_hint("did you mean `nsctl %s`?", verb->name);
			return STATUS_USAGE;
		}
	print_hint("`nsctl help%s%s` lists them", blank, in_front);
	return STATUS_USAGE;
}

/* Prints the first line of a verb's summary. */
static void print_summary(const char *left, int column, const struct verb *verb)
{
	_cleanup_text_ struct text summary = {0};

	text_format(&summary, "%.*s", (int)strcspn(verb->summary, "\n"), verb->summary);
	print_help(left, column, summary.data);
}

static void print_usage(void)
{
	static const char more[] = "`nsctl help COMMAND` shows the options of a command. DURATION "
				   "is 90, 90s, 15m, 2h or 1d; SIZE is 512M or 2G.";

	print_text("Usage: nsctl [OPTIONS] COMMAND ...\n"
		   "Makes, keeps, enters and removes sets of Linux namespaces, without root.\n\n");
	for (const struct verb *verb = verbs; verb->name; verb++) {
		_cleanup_text_ struct text left = {0};

		text_format(&left, "  %s", verb->name);
		print_summary(left.data, 14, verb);
	}
	print_text("\n");
	options_print(options_global, true);
	options_print(options_first, true);
	print_text("\n");
	print_help("", 0, more);
}

/* Prints the usage of a verb such as "link", and the usage of each verb of its own. */
static void print_group(const struct verb *group)
{
	print_text("Usage: nsctl %s %s\n%s.\n\n", group->name, group->usage, group->summary);
	for (const struct verb *verb = verbs_of(group); verb->name; verb++) {
		_cleanup_text_ struct text left = {0};

		text_format(&left, "  %s %s", last_word(verb->name), verb->usage);
		print_summary(left.data, 8, verb);
	}
	print_text("\n");
	options_print(options_global, true);
	print_text("\n`nsctl help %s COMMAND` shows the options of a command.\n", group->name);
}

static int main_help(struct client *client, struct options *options)
{
	const struct verb *about, *group = NULL;
	char **word = options->words;

	if (!*word) {
		print_usage();
		return 0;
	}
	about = find_verb(verbs, *word);
	if (about && word[1]) {
		if (!verbs_of(about))
			return options_wrong(client, "%s has no commands of its own", about->name);
		group = about;
		about = find_verb(verbs_of(group), *++word);
	}
	if (!about)
		return no_such_verb(group, *word);
	if (verbs_of(about))
		print_group(about);
	else
		options_help(about);
	return 0;
}

static int main_version(struct client *client, struct options *options _unused_)
{
	_cleanup_reply_ struct message_reply reply = {0};
	const char *daemon = NULL;

	/* a missing daemon is no error here */
	if (client_connect(client, true) == 0 &&
	    client_exchange(client, NULL, "org.nsctl.GetStatus", json_object(), NULL, &reply) ==
		    0 &&
	    !reply.error)
		daemon = json_text(reply.parameters, "version", "?");
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

static int run_verb(struct client *client, int argc, char **argv)
{
	const struct verb *verb = find_verb(verbs, argv[0]);
	int r;

	if (!verb)
		return no_such_verb(NULL, argv[0]);
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
		print_group(group);
	if (id != OPTION_END)
		return id == OPTION_HELP ? -STATUS_HELP : id;
	if (options->n_words == 0)
		return options_wrong(client, "no command given: %s", group->usage);
	own = find_verb(verbs_of(group), options->words[0]);
	if (!own)
		return no_such_verb(group, options->words[0]);
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
		print_usage();
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

int main(int argc, char **argv)
{
	const char *socket_path = getenv("NSCTL_SOCKET");
	struct client client;
	struct parent parent;
	int first, r = 0;

	process_open_parent(&parent);
	client_init(&client);
	client.parent = parent;
	client.closed = fill_stdio();
	client.socket_path = socket_path && *socket_path ? socket_path : DEFAULT_SOCKET;
	first = take_global_options(&client, argc, argv, &r);
	if (first > 0)
		r = run_verb(&client, argc - first, argv + first);
	client_done(&client);
	return r != 0 ? r : client.status;
}
