/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See top.h. nsctl is linked statically, and ncurses needs files of the system. So the table is
 * drawn by a program of its own, client/top/main.c, which takes the place of nsctl.
 */
#include "client/verbs.h"
#include "client/top.h"

#include "client/parse.h"
#include "client/print.h"
#include "client/program.h"
#include "client/take.h"

#define DELAY_MAX 3600
#define DELAY_DEFAULT "2"

static int take_delay(struct options *options)
{
	int64_t seconds;
	bool valid = parse_duration(options->argument, &seconds) && seconds <= DELAY_MAX;

	return take_value(options, valid ? json_integer(seconds) : NULL,
			  "a time from 1s to 1h (such as 5 or 1m)");
}

static const struct option_row top_options[] = {
	OPTION("all-owners", 0, NULL, "show the sets of all users that you may see",
	       FILLS("allOwners", take_true)),
	OPTION("delay", 'd', "TIME", "look again after TIME (default: 2s)",
	       FILLS("delay", take_delay)),
	{0},
};

/* Appends whose sets are shown, as nsctl-top takes it: a uid, or "all". */
static void add_owner(struct text *text, const struct client *client, const json_t *parameters)
{
	if (json_object_get(parameters, "allOwners"))
		text_add(text, "all");
	else
		text_format(text, "%" PRId64,
			    client->has_owner ? client->owner : (int64_t)geteuid());
}

static int top_run(struct client *client, struct options *options)
{
	_cleanup_text_ struct text delay = {0}, owner = {0};
	_cleanup_free_ char *program = program_of_ours("nsctl-top", PKGLIBEXECDIR);
	const json_t *seconds = json_object_get(options->parameters, "delay");
	int r;

	if (client->json || !isatty(STDIN_FILENO) || !print_is_terminal())
		return options_wrong(client, "it draws on a terminal; `nsctl list`, `nsctl --json "
					     "list` and `nsctl metrics` are for programs");
	/* its failure is told here, before the screen is cleared */
	r = client_connect(client, false);
	if (r != 0)
		return r;
	if (seconds)
		text_format(&delay, "%" JSON_INTEGER_FORMAT, json_integer_value(seconds));
	add_owner(&owner, client, options->parameters);
	execv(program, (char *[]){program, (char *)client->socket_path, owner.data,
				  delay.data ? delay.data : (char *)DELAY_DEFAULT, NULL});
	if (errno != ENOENT)
		return client_problem(client, program, "%s", strerror(errno));
	client_problem(client, NULL,
		       "this nsctl was built without it, because there was no ncurses");
	print_hint(TOP_REMEDY);
	return STATUS_FAILED;
}

/* clang-format off */
const struct verb top_verbs[] = {
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
	{0},
};
/* clang-format on */
