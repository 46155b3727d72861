/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See log.h. Runs journalctl(1) with the user's rights, which decide what it shows. Prints each
 * line as it comes, because the journal may be larger than the memory. Makes no call to nsctld. The
 * fields of the lines are those in docs/operation.md.
 */
#include "client/verbs.h"

#include "client/print.h"
#include "client/program.h"
#include "client/take.h"
#include "protocol/name.h"

static const struct option_row log_options[] = {
	OPTION("since", 0, "TIME", "show what has happened since TIME, in a form of journalctl(1)",
	       FILLS("since", take_text)),
	OPTION("all-owners", 0, NULL, "show what has happened to the sets of all users",
	       FILLS("allOwners", take_true)),
	{0},
};

#define ARGUMENTS_MAX 16

/* The arguments of journalctl, which the command owns. */
struct command {
	char *argv[ARGUMENTS_MAX + 1];
	size_t n;
};

static void _printf_(2, 3) add_argument(struct command *command, const char *format, ...)
{
	_cleanup_text_ struct text text = {0};
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&text, format, arguments);
	va_end(arguments);
	if (command->n < ARGUMENTS_MAX)
		command->argv[command->n++] = take_ptr(text.data);
}

/* Selects lines that have the user's number in the field: as the acting user, or as the owner. */
static void add_matches(struct command *command, const char *field, int64_t uid, const char *set)
{
	add_argument(command, "%s=%lld", field, (long long)uid);
	if (set)
		add_argument(command, "NSCTL_SET=%s", set);
}

static void fill(struct command *command, const struct client *client, const char *set,
		 const json_t *parameters)
{
	int64_t uid = client->has_owner ? client->owner : (int64_t)geteuid();
	bool all = json_object_get(parameters, "allOwners");

	add_argument(command, "journalctl");
	add_argument(command, "--quiet");
	add_argument(command, "--output=json");
	add_argument(command, "--unit=nsctld");
	if (json_text(parameters, "since", NULL))
		add_argument(command, "--since=%s", json_text(parameters, "since", ""));
	if (all && set)
		add_argument(command, "NSCTL_SET=%s", set);
	if (all)
		return;
	add_matches(command, "NSCTL_UID", uid, set);
	add_argument(command, "+");
	add_matches(command, "NSCTL_OWNER", uid, set);
}

/* --- lines --- */

struct reading {
	const struct client *client;
	size_t lines;
};

static void print_entry(const json_t *entry)
{
	const char *session = json_text(entry, "NSCTL_SESSION", NULL);

	print_time(atof(json_text(entry, "__REALTIME_TIMESTAMP", "0")) / 1e6);
	print_escaped(json_text(entry, "MESSAGE", "?"));
	if (session) {
		print_text(", session ");
		print_escaped(session);
	}
	print_text("\n");
}

/* Prints a line of journalctl. Returns false if the output has no reader any more. */
static bool on_line(void *context, const char *line)
{
	struct reading *reading = context;
	_cleanup_json_ json_t *entry = json_loads(line, 0, NULL);

	if (!entry)
		return true;
	reading->lines++;
	if (reading->client->json)
		print_json(entry);
	else
		print_entry(entry);
	return !ferror(stdout);
}

/* Reports that journalctl has failed or shows no lines, with the possible reason. */
static int tell_nothing(const struct client *client, bool since, int status, size_t lines)
{
	if (status == -1)
		return client_problem(client, NULL,
				      "there is no journalctl: nsctld logs to its stderr");
	/* it says why; without the right to read anything, it may fail */
	if (status != 0)
		client_problem(client, NULL, "journalctl failed");
	if (status != 0 && since)
		print_hint("--since takes a time as journalctl(1) does: 2026-11-30, \"2026-11-30 "
			   "12:00\", 12:00, yesterday, \"2 hours ago\" or -2h");
	else if (lines == 0)
		print_hint("the journal shows you no lines: only root and the groups adm and "
			   "systemd-journal read all of it (`sudo nsctl log --owner=USER`), and "
			   "an nsctld that was started by hand logs to its stderr");
	return status != 0 ? STATUS_FAILED : 0;
}

static int log_run(struct client *client, struct options *options)
{
	const char *set = options->words[0];
	struct reading reading = {.client = client};
	struct command command = {.n = 0};
	int status;

	if (set && !name_is_valid(set))
		return options_wrong(client, "\"%s\" is not a valid name of a set: " NAME_REASON,
				     set);
	fill(&command, client, set, options->parameters);
	status = program_lines(command.argv, on_line, &reading);
	for (size_t i = 0; i < command.n; i++)
		free(command.argv[i]);
	if (ferror(stdout))
		return 0;
	return tell_nothing(client, json_object_get(options->parameters, "since") != NULL, status,
			    reading.lines);
}

/* clang-format off */
const struct verb log_verbs[] = {
	{"log", NULL, "[OPTIONS] [SET]",
	 "Shows what has happened to your sets: nsctld's lines in the journal\n"
	 "Each line has the time, the user who acted, and the set. The journal shows them to "
	 "root and to the groups adm and systemd-journal",
	 0, 0, 1, log_run, {log_options},
	 .page = "nsctl-monitor",
	 .examples =
		"nsctl log\n"
		"nsctl log box"},
	{0},
};
/* clang-format on */
