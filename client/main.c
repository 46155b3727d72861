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
#include "client/complete.h"
#include "client/connection.h"
#include "client/doctor.h"
#include "client/egress.h"
#include "client/graph.h"
#include "client/help.h"
#include "client/hosts.h"
#include "client/inspect.h"
#include "client/lease.h"
#include "client/links.h"
#include "client/log.h"
#include "client/memory.h"
#include "client/metrics.h"
#include "client/monitor.h"
#include "client/networks.h"
#include "client/options.h"
#include "client/print.h"
#include "client/process.h"
#include "client/prune.h"
#include "client/ps.h"
#include "client/run.h"
#include "client/sessions.h"
#include "client/sets.h"
#include "client/show.h"
#include "client/spec.h"
#include "client/status.h"
#include "client/text.h"
#include "client/top.h"
#include "client/topology.h"
#include "client/verb.h"

static int main_version(struct client *client, struct options *options);
static int main_help(struct client *client, struct options *options);
static int main_group(struct client *client, struct options *options);
static int main_complete(struct client *client, struct options *options);
static int main_table(struct client *client, struct options *options);

#define RUNS (VERB_FIRST_WORD_ENDS | VERB_RUNS_COMMAND | VERB_OWN_OPTIONS)
#define GROUP (VERB_FIRST_WORD_ENDS | VERB_GROUP | VERB_OWN_OPTIONS)

/* clang-format off */
static const struct verb verbs[] = {
	{"create", NULL, "[OPTIONS] NAME",
	 "Makes a set of namespaces and keeps it",
	 VERB_MAKES, 1, 1, sets_create, {spec_options, sets_create_options},
	 .heading = "Sets",
	 .examples =
		"nsctl create box            # six kinds; your uid stays\n"
		"nsctl create -m -r scratch  # root inside, in a user namespace\n"
		"nsctl create --net --egress --dns=9.9.9.9 web --lease=2h\n"
		"nsctl create --link=net/lan,alias=db --publish=8080:80 store\n"
		"nsctl create --job ci       # ends with the script that made it"},
	{"adopt", NULL, "--target=PID|--net=FD|PATH ... NAME",
	 "Makes a set of namespaces that exist already, and holds them\n"
	 "They may be those of a process, or be opened by path or descriptor. User "
	 "namespaces of yours must own them, or sets of yours must hold them. nsctl rm releases "
	 "them, and ends only commands that were run in the set",
	 VERB_MAKES, 1, 1, adopt_run, {adopt_options},
	 .examples =
		"nsctl adopt --target=4711 old  # those of process 4711\n"
		"nsctl adopt --net=/run/netns/blue blue"},
	{"list", "ls", "[OPTIONS]",
	 "Lists your sets",
	 0, 0, WORDS_ANY, sets_list, {sets_list_options},
	 .examples =
		"nsctl list\n"
		"nsctl list --label=job=17 --quiet  # names only"},
	{"show", NULL, "NAME...",
	 "Shows everything about sets",
	 0, 1, WORDS_ANY, show_run, {NULL},
	 .page = "nsctl-list",
	 .examples =
		"nsctl show box\n"
		"nsctl --json show box"},
	{"renew", NULL, "[--lease=WHEN] NAME [DURATION]",
	 "Postpones the end of a leased set\n"
	 "DURATION is the new length of a lease by time. With --lease the set gets that lease "
	 "instead of the present one. Everything that one topology made is renewed together",
	 0, 1, 2, sets_renew, {lease_renew_options},
	 .page = "nsctl-rm",
	 .examples =
		"nsctl renew box 2h\n"
		"nsctl renew --lease=idle:1h box"},
	{"rm", NULL, "[OPTIONS] NAME...",
	 "Removes sets, and ends their processes",
	 0, 0, WORDS_ANY, prune_rm, {prune_options, prune_rm_options},
	 .examples =
		"nsctl rm box scratch\n"
		"nsctl rm --grace=5 box  # SIGTERM first, SIGKILL 5 s later\n"
		"nsctl rm --all --project=job-17"},
	{"prune", NULL, "[OPTIONS]",
	 "Removes all your sets, networks and links",
	 0, 0, 0, prune_run, {prune_options},
	 .page = "nsctl-rm",
	 .examples = "nsctl prune"},
	{"run", NULL, "[OPTIONS] COMMAND...",
	 "Makes a set, runs COMMAND in it, and removes the set when COMMAND ends",
	 RUNS | VERB_FIRST_LETTERS, 1, WORDS_ANY, run_run,
	 {spec_options, run_command_options, run_run_options},
	 .heading = "Commands in sets",
	 .examples =
		"nsctl run -mpnu make check\n"
		"nsctl run --job make check  # writes here only, and sees no home\n"
		"nsctl run --with=services.json make check"},
	{"exec", NULL, "[OPTIONS] NAME COMMAND...",
	 "Runs COMMAND in a set, with the stdin, stdout and stderr of nsctl\n"
	 "As a job in the background of a terminal, COMMAND reads only while nsctl is in the "
	 "foreground. What COMMAND leaves running stays in the set, unless nsctl itself is ended "
	 "by a signal or loses its terminal. An interactive shell needs --tty, or nsctl enter",
	 RUNS, 1, WORDS_ANY, run_exec, {run_command_options, run_exec_options},
	 .examples =
		"nsctl exec box ip -o addr\n"
		"nsctl exec -d box python3 -m http.server 80\n"
		"nsctl exec --user=root --chdir=/srv box ./setup"},
	{"enter", NULL, "[OPTIONS] NAME [COMMAND...]",
	 "Runs a login shell (or COMMAND) in a set, on a terminal of its own",
	 RUNS, 1, WORDS_ANY, run_enter, {run_command_options, run_exec_options},
	 .page = "nsctl-exec",
	 .examples =
		"nsctl enter box\n"
		"nsctl enter box top"},
	{"sessions", NULL, "[OPTIONS] NAME",
	 "Lists the commands that run in a set, or ended in the last hour\n"
	 "LEFT is the number of processes that an ended command has left in the set",
	 0, 1, 1, sessions_list, {sessions_list_options},
	 .examples = "nsctl sessions box"},
	{"wait", NULL, "SESSION",
	 "Waits for a detached command, and ends with its status",
	 0, 1, 1, sessions_wait, {NULL},
	 .page = "nsctl-sessions",
	 .examples = "nsctl wait \"$(nsctl exec -d box make)\""},
	{"ps", NULL, "[OPTIONS] NAME",
	 "Shows the processes of a set as a tree, and the sessions that they belong to\n"
	 "A session is \"left\" if its command has ended: its other processes go on until they "
	 "end, or are ended by `nsctl kill --session=SESSION NAME` or `nsctl rm`",
	 0, 1, 1, ps_run, {ps_options},
	 .page = "nsctl-sessions",
	 .examples = "nsctl ps box"},
	{"kill", NULL, "[OPTIONS] NAME",
	 "Signals all processes of a set",
	 0, 1, 1, sessions_kill, {sessions_kill_options},
	 .page = "nsctl-sessions",
	 .examples =
		"nsctl kill box\n"
		"nsctl kill --signal=HUP --session=SESSION box"},
	{"freeze", NULL, "NAME...",
	 "Stops all processes of sets",
	 0, 1, WORDS_ANY, sets_freeze, {NULL},
	 .page = "nsctl-sessions",
	 .examples = "nsctl freeze box"},
	{"thaw", NULL, "NAME...",
	 "Continues all processes of frozen sets",
	 0, 1, WORDS_ANY, sets_thaw, {NULL},
	 .page = "nsctl-sessions",
	 .examples = "nsctl thaw box"},
	{"link", NULL, "add|list|rm|up|down|impair ...",
	 "Handles links between sets, networks and the host",
	 GROUP, 1, WORDS_ANY, main_group, {NULL}, .own = links_verbs,
	 .heading = "Networks"},
	{"network", NULL, "create|list|show|renew|rm ...",
	 "Handles networks, which connect several sets",
	 GROUP, 1, WORDS_ANY, main_group, {NULL}, .own = networks_verbs},
	{"egress", NULL, "[OPTIONS] SET|net/NETWORK",
	 "Shows or changes the list of what a set or network may reach, while it runs\n"
	 "The set or network was made with --allow. Without options, nsctl prints the list, "
	 "the destinations of the last hour that were refused the most packets, and the names "
	 "that were refused last. When a list changes, connections to what it does not have any "
	 "more end",
	 0, 1, 1, egress_run, {egress_options},
	 .examples =
		"nsctl egress box                 # the list, and what was refused\n"
		"nsctl egress --allow=198.51.100.2:443/tcp --remove=198.51.100.1 box\n"
		"nsctl egress --deny=10.0.0.0/8 net/lan\n"
		"nsctl egress --learn box > list  # what it would need, until ^C"},
	{"hosts", NULL, "",
	 "Prints the addresses and names of your sets, as lines of a hosts file",
	 0, 0, 0, hosts_run, {NULL},
	 .page = "nsctl-monitor",
	 .examples = "nsctl hosts | sudo tee -a /etc/hosts"},
	{"graph", NULL, "[OPTIONS]",
	 "Draws your sets and networks, and the links between them\n"
	 "Below each box are its ends of links: the interface, its addresses, its impairments, "
	 "and where the other end is",
	 0, 0, 0, graph_run, {graph_options},
	 .page = "nsctl-network",
	 .examples =
		"nsctl graph\n"
		"nsctl graph --format=svg >lab.svg"},
	{"capture", NULL, "[OPTIONS] LINK|SET[:IFACE]|net/NETWORK",
	 "Captures packets, as a pcap file\n"
	 "`nsctl capture web | wireshark -k -i -` shows them as they come. For a LINK, these are "
	 "the packets at its end in a set. For a SET, they are those of IFACE (default: its only "
	 "link or, without links, lo). For a NETWORK, they are those of its bridge. ^C ends the "
	 "capture",
	 0, 1, 1, capture_run, {capture_options},
	 .examples =
		"nsctl capture -w web.pcap --filter='tcp port 80' web\n"
		"nsctl capture web | wireshark -k -i -"},
	{"up", NULL, "[OPTIONS] FILE",
	 "Makes a whole topology (JSON; - is stdin), all of it or nothing\n"
	 "Then it starts the services: sets that have a \"command\". If a service has \"ready\": "
	 "{\"port\": N}, nsctl waits until it listens at this port; if it has {\"command\": "
	 "[...]}, until this command succeeds in the set. If that takes longer than \"seconds\" "
	 "(default: 60), all is removed",
	 0, 1, 1, topology_up, {topology_up_options},
	 .heading = "Topologies",
	 .examples =
		"nsctl up two-hosts.json\n"
		"nsctl up -p job-17 --lease=2h two-hosts.json"},
	{"down", NULL, "[--project=PROJECT] [FILE]",
	 "Removes the links, sets and networks that FILE names, or those of a project",
	 0, 0, 1, topology_down, {topology_down_options},
	 .page = "nsctl-up",
	 .examples =
		"nsctl down two-hosts.json\n"
		"nsctl down -p job-17"},
	{"monitor", NULL, "[OPTIONS] [NAME]",
	 "Shows the state of sets, and then events as they happen\n"
	 "Each set and each event is a line. With --json, the state is {\"sets\": [...]}, and "
	 "each event is an object. The state is printed again if the daemon was restarted, or if "
	 "events were lost because they were read too slowly",
	 0, 0, 1, monitor_run, {monitor_options},
	 .heading = "Watching",
	 .examples =
		"nsctl monitor\n"
		"nsctl --json monitor box"},
	{"top", NULL, "[OPTIONS]",
	 "Shows live what your sets use: processors, memory, processes, packets of links\n"
	 "CPU% is the share of one processor, and packets are those of a second. c, m, p, n and "
	 "a sort by processors, memory, processes, packets (net) or names. The arrows select a "
	 "set: k ends its processes, f freezes or thaws it, e or Enter starts a shell in it. "
	 "Space shows the present values, q ends",
	 0, 0, 0, top_run, {top_options},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl top\n"
		"nsctl top --all-owners --delay=5"},
	{"log", NULL, "[OPTIONS] [SET]",
	 "Shows what has happened to your sets: nsctld's lines in the journal\n"
	 "Each line has the time, the user who acted, and the set. The journal shows them to "
	 "root and to the groups adm and systemd-journal",
	 0, 0, 1, log_run, {log_options},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl log\n"
		"nsctl log box"},
	{"which", NULL, "[PID]",
	 "Shows which set a process is in (default: nsctl itself), and which of its namespaces "
	 "are the host's",
	 0, 0, 1, inspect_which, {NULL},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl which\n"
		"nsctl which 4711"},
	{"status", NULL, "",
	 "Shows nsctld's version and features, your limits, and what you use of them",
	 0, 0, 0, status_run, {NULL},
	 .page = "nsctl-monitor",
	 .examples = "nsctl status"},
	{"doctor", NULL, "[CHECK...]",
	 "Looks for what is missing on this machine or in the way, and says what to do\n"
	 "Only root can see some things. CHECK is the name of a check, as it is printed. --quiet "
	 "leaves out what is fine; with --json each check is a document. The status is 1 if "
	 "there is a problem. Some checks make sets, which end with doctor",
	 0, 0, WORDS_ANY, doctor_run, {NULL},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl doctor\n"
		"nsctl --quiet doctor                    # only what is wrong"},
	{"metrics", NULL, "[--textfile=FILE]",
	 "Prints metrics of nsctld and of your sets (as root, of all), for Prometheus\n"
	 "With --json, each metric is an object of io.systemd.Metrics",
	 VERB_OWN_OPTIONS, 0, 0, metrics_run, {metrics_options},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl metrics\n"
		"nsctl metrics --textfile=/var/lib/prometheus/node-exporter/nsctl.prom"},
	{"call", NULL, "[--more] METHOD [JSON]",
	 "Calls any method of the interface (JSON: the parameters; - is stdin)",
	 0, 1, 2, call_run, {call_options},
	 .heading = "Others",
	 .examples =
		"nsctl call GetStatus\n"
		"nsctl call List '{\"labels\": {\"job\": \"17\"}}'"},
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

int main(int argc, char **argv)
{
	struct client client;
	struct parent parent;
	int first, r = 0;

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
