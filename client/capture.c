/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See capture.h. The daemon writes to the file itself. The client holds a pipe: when it closes that
 * on ^C, the capture ends, and the daemon answers how many packets there were.
 */
#include "client/verbs.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "client/client-error.h"
#include "client/memory.h"
#include "client/parse.h"
#include "client/print.h"
#include "client/take.h"

#define FILE_FIELD "captureFileDescriptor"

/* --- options --- */

/* name: for messages. */
static int add_file(const struct options *options, int fd, const char *name)
{
	json_t *index = fd < 0 ? NULL : call_fds_add(options->fds, fd);

	if (!index)
		return client_problem(options->client, NULL, "%s: %s", name, strerror(errno));
	json_put(options->parameters, FILE_FIELD, index);
	return 0;
}

static int add_stdout(const struct options *options)
{
	return add_file(options, fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "stdout");
}

static int take_file(struct options *options)
{
	const char *name = options->argument;
	_cleanup_text_ struct text typed = {0};

	if (strcmp(name, "-") == 0)
		return add_stdout(options);
	take_add_typed(options, &typed);
	return add_file(options, open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666),
			typed.data);
}

static int take_count(struct options *options)
{
	return take_number(options, 1, INT64_MAX, "a number of packets");
}

/* --- the filter --- */

/* Finds nsctl-filter beside this program, as in a build tree, or where it is installed. */
static const char *filter_program(char path[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof("nsctl-filter"));
	char *slash;

	path[MAX(n, 0)] = '\0';
	slash = strrchr(path, '/');
	if (!slash)
		return PKGLIBEXECDIR "/nsctl-filter";
	strcpy(slash + 1, "nsctl-filter");
	return access(path, X_OK) == 0 ? path : PKGLIBEXECDIR "/nsctl-filter";
}

/* Starts nsctl-filter, which prints the program of the expression. Returns its output, and its pid
 * in *ret_pid, or NULL. */
static FILE *start_filter(const char *expression, pid_t *ret_pid)
{
	char path[PATH_MAX], *argv[] = {(char *)filter_program(path), (char *)expression, NULL};
	char *environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return NULL;
	if (posix_spawn_file_actions_init(&actions) != 0)
		out_of_memory();
	r = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	if (r == 0)
		r = posix_spawn(ret_pid, argv[0], &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	close_fd(ends[1]);
	if (r == 0)
		return must(fdopen(ends[0], "r"));
	close_fd(ends[0]);
	errno = r;
	return NULL;
}

static int take_filter(struct options *options)
{
	json_t *list = json_member(options->parameters, options->row->field, json_array);
	pid_t pid;
	_cleanup_file_ FILE *output = start_filter(options->argument, &pid);
	unsigned int code, jt, jf, k;
	int status = 0;

	if (!output)
		return client_problem(options->client, "nsctl-filter", "%s", strerror(errno));
	while (fscanf(output, "%u %u %u %u", &code, &jt, &jf, &k) == 4)
		json_push(list,
			  json_pack("{s:I, s:I, s:I, s:I}", "code", (json_int_t)code, "jt",
				    (json_int_t)jt, "jf", (json_int_t)jf, "k", (json_int_t)k));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0 && json_array_size(list) > 0)
		return 0;
	/* nsctl-filter has said why */
	return options_wrong(options->client, "--filter: \"%s\" is not a valid filter for packets",
			     options->argument);
}

static const struct option_row capture_options[] = {
	OPTION("write", 'w', "FILE", "write to FILE (- is stdout, which is the default)",
	       FILLS(FILE_FIELD, take_file)),
	OPTION("filter", 0, "EXPRESSION", "capture only these packets, as in pcap-filter(7)",
	       FILLS("filter", take_filter)),
	OPTION("count", 0, "N", "end after N packets", FILLS("packets", take_count)),
	{0},
};

/* --- the capture --- */

static volatile int stop_fd = -1;

static void on_signal(int number _unused_)
{
	close(stop_fd);
	stop_fd = -1;
}

/* Lets the first SIGINT, SIGTERM or SIGHUP end the capture; the second one ends nsctl. */
static int add_stop(const struct options *options)
{
	const struct sigaction action = {.sa_handler = on_signal,
					 .sa_flags = SA_RESTART | (int)SA_RESETHAND};
	const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return client_problem(options->client, NULL, "%s", strerror(errno));
	stop_fd = ends[1];
	json_put(options->parameters, "stopFileDescriptor", call_fds_add(options->fds, ends[0]));
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		struct sigaction before;

		/* as under nohup(1) */
		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	return 0;
}

/* Puts where to capture into the call: LINK, SET[:IFACE] or net/NETWORK. */
static void put_place(json_t *parameters, const char *word)
{
	const char *interface;
	struct piece name = parse_cut(word, ':', &interface);

	if (strncmp(word, "net/", 4) == 0) {
		json_put(parameters, "network", json_string(word + 4));
		return;
	}
	json_put(parameters, "name", json_stringn(name.start, name.size));
	if (interface)
		json_put(parameters, "interface", json_string(interface));
}

static void tell_end(const struct client *client, const json_t *reply)
{
	json_int_t packets = json_integer_value(json_object_get(reply, "packets"));

	if (client->json)
		print_json_to(stderr, reply);
	else if (!client->quiet)
		(void)fprintf(stderr,
			      "%" JSON_INTEGER_FORMAT " packet%s captured, %" JSON_INTEGER_FORMAT
			      " lost\n",
			      packets, packets == 1 ? "" : "s",
			      json_integer_value(json_object_get(reply, "dropped")));
}

/* Waits until the capture has ended. */
static int follow(struct client *client, const char *word)
{
	for (;;) {
		_cleanup_reply_ struct message_reply reply = {0};
		int r = client_receive(client, &reply);

		if (r != 0)
			return client_lost(client, word, r);
		if (reply.error)
			return client_error(client, word, &reply);
		if (!reply.continues) {
			tell_end(client, reply.parameters);
			return 0;
		}
	}
}

static int capture_run(struct client *client, struct options *options)
{
	json_t *parameters = options->parameters;
	const char *word = options->words[0];
	int r = 0;

	if (!json_object_get(parameters, FILE_FIELD)) {
		if (print_is_terminal())
			return options_wrong(client, "packets are not written to a terminal: use "
						     "-w FILE, or a pipe to another program");
		r = add_stdout(options);
	}
	if (r == 0)
		r = add_stop(options);
	if (r != 0)
		return r;
	put_place(parameters, word);
	if (client->has_owner)
		json_put(parameters, "owner", json_integer(client->owner));
	r = client_send(client, word, "org.nsctl.Capture", parameters, options->fds, true);
	return r ? r : follow(client, word);
}

/* clang-format off */
const struct verb capture_verbs[] = {
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
	{0},
};
/* clang-format on */
